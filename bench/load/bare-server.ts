// A child process that answers as little as HTTP allows, on a free loopback port, which it reports to its parent.
import { createServer } from 'node:http';

// However the parent dies, its end of this channel closes.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group; the parent decides when its server may go.
process.on('SIGINT', () => {});

const server = createServer((request, response) => {
  const body = `{"path":"${request.url}"}`;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.({ port: address.port });
});
