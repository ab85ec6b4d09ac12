import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** As little as HTTP allows, as `bench/load/bare-server.ts`; a text, since a bundle is one file. */
const SOURCE = `
const { createServer } = require('node:http');
const { parentPort } = require('node:worker_threads');
const server = createServer((request, response) => {
  const body = '{"path":"' + request.url + '"}';
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

/** Starts a bare HTTP server in a thread of this process, which ends with it. @returns its address. */
export async function startOwnServer(): Promise<string> {
  const worker = new Worker(SOURCE, { eval: true });
  const [port] = await once(worker, 'message');
  worker.unref();
  return `http://127.0.0.1:${port}`;
}
