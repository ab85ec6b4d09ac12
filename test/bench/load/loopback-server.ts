import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import type { TestContext } from 'node:test';

/** Serves on a free loopback port until the test ends. @returns the URL. */
export async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  t.after(() => server.closeAllConnections());
  return listen(t, server);
}

/** Lets a server listen on a free loopback port until the test ends. @returns the URL, as of plain HTTP. */
export async function listen(t: TestContext, server: Server | TcpServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
