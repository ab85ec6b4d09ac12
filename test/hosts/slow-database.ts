import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** A DynamoDB that answers a scan when the test says so. */
export async function startSlowDatabase(t: TestContext) {
  const scanned = Promise.withResolvers<() => void>();
  const server = createServer((request, answer) => {
    request.resume();
    if (request.method === 'GET') answer.end('healthy');
    else {
      // The head at once: the SDK waits some seconds for it, and on a busy machine a test may take longer.
      answer.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).flushHeaders();
      scanned.resolve(() => answer.end('{"Count":7}'));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, scanned: scanned.promise };
}
