/** `node lab/container/json-server.ts PORT`: answers every request with the cat's JSON, and does nothing else. */
import { createServer } from 'node:http';

const RESULT = { result: 1 };

createServer((_request, response) => {
  const body = JSON.stringify(RESULT);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}).listen(Number(process.argv[2]), '127.0.0.1');
