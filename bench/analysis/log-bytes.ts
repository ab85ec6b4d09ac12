const ID = '12345678-1234-1234-1234-123456789012';

/** What Lambda writes of an invocation that logs nothing itself. */
const INVOCATION = [
  `START RequestId: ${ID} Version: $LATEST\n`,
  `END RequestId: ${ID}\n`,
  `REPORT RequestId: ${ID}\tDuration: 1234.56 ms\tBilled Duration: 1235 ms\tMemory Size: 128 MB\tMax Memory Used: 100 MB\t\n`,
];

/** What the HTTP API writes of a request, as `provider.logs.httpApi` of `serverless.yml` has it. */
const ACCESS = JSON.stringify({
  requestId: 'AbCdEfGhIjKlMnO=',
  ip: '203.0.113.123',
  requestTime: '21/Nov/2026:12:00:00 +0000',
  httpMethod: 'DELETE',
  routeKey: 'DELETE /wolf',
  status: '204',
  protocol: 'HTTP/1.1',
  responseLength: '100',
});

/** Bytes of log that a call leaves in CloudWatch, cold starts and the functions' own lines aside. */
export const LOG_BYTES_A_CALL = [...INVOCATION, ACCESS].reduce((sum, line) => sum + line.length, 0);
