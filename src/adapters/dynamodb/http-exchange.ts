import type { IncomingHttpHeaders } from 'node:http';
import type { RequestLimits } from '../aws/client-options.ts';
import { LIMITS } from './dynamodb-options.ts';

// An `import` of `node:http` reads all its exports, among them a lazy one that loads undici: 16 ms of each init.
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

/** What a server answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends one request and takes the whole answer. @throws Error with a `code`, such as `ECONNRESET`. */
export type Exchange = (
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<HttpAnswer>;

/** A way to one server and the end of its connections. */
export interface Exchanging {
  readonly exchange: Exchange;
  readonly close: () => void;
}

/**
 * Exchanges with one server over connections that stay open, `http` or `https` as its address says.
 * A connection and an answer that take longer than the limits fail with `ETIMEDOUT`.
 */
export function exchangeWith(address: URL, { connectMs, answerMs }: RequestLimits = LIMITS): Exchanging {
  const transport = address.protocol === 'https:' ? https : http;
  const agent = new transport.Agent({ keepAlive: true, maxSockets: 50 });
  // An IPv6 address has brackets in a URL and none in a socket's options.
  const host = address.hostname.replaceAll(/^\[|\]$/g, '');
  const ready = address.protocol === 'https:' ? 'secureConnect' : 'connect';

  const exchange: Exchange = (method, headers, body) =>
    new Promise((resolve, reject) => {
      const request = transport.request({ agent, host, port: address.port, path: '/', method, headers });
      const giveUp = (what: string) =>
        request.destroy(Object.assign(new Error(`${what} took too long`), { code: 'ETIMEDOUT' }));
      request.setTimeout(answerMs, () => giveUp('the answer'));
      request.on('socket', (socket) => {
        if (!socket.connecting) return;
        const timer = setTimeout(giveUp, connectMs, 'the connection');
        socket.once(ready, () => clearTimeout(timer));
        socket.once('close', () => clearTimeout(timer));
      });
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, headers: answered } = response;
          resolve({ status: statusCode, headers: answered, body: Buffer.concat(chunks).toString() });
        });
      });
      request.end(body);
    });
  return { exchange, close: () => agent.destroy() };
}
