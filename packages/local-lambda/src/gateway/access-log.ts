import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { HandledRequest } from './gateway.ts';
import { requestTime } from './gateway-request.ts';

/**
 * Fills an access log format such as `{"status":"$context.status"}`; what is not known here becomes `-`, as
 * API Gateway writes it.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export function accessLogLine(
  format: string,
  request: IncomingMessage,
  { answer, requestId, routeKey, stage }: HandledRequest,
  timeMs: number,
): string {
  const values: Readonly<Record<string, string | undefined>> = {
    requestId,
    extendedRequestId: requestId,
    'identity.sourceIp': request.socket.remoteAddress,
    'identity.userAgent': request.headers['user-agent'],
    requestTime: requestTime(timeMs),
    requestTimeEpoch: String(timeMs),
    httpMethod: request.method,
    path: request.url?.split('?')[0],
    protocol: `HTTP/${request.httpVersion}`,
    routeKey,
    stage,
    status: String(answer.status),
    responseLength: answer.body instanceof Readable ? undefined : String(Buffer.byteLength(answer.body)),
    domainName: request.headers.host?.replace(/:\d+$/, ''),
  };
  return format.replaceAll(/\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)/g, (_whole, name: string) =>
    (values[name] ?? '-').replaceAll('"', '\\"'),
  );
}
