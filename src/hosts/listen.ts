import type { AddressInfo, Server } from 'node:net';
import { OptionError } from '@sheep-shed/options';

/**
 * Opens a server.
 * @param port 0: a free one.
 * @param onFault takes what goes wrong later, such as a connection that the system refuses: the server goes on.
 * @returns its address, such as `http://127.0.0.1:8080`.
 * @throws OptionError naming the option when the address cannot be listened on.
 */
export async function listen(
  server: Server,
  host: string,
  port: number,
  onFault: (error: unknown) => void,
): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const given = `port ${port} of ${host}`;
      if (code === 'EADDRINUSE') reject(new OptionError(`${given} is in use: choose another with --port`));
      else reject(new OptionError(`${given} cannot be opened, see --port and --host: ${message}`));
    });
    server.listen(port, host, resolve);
  });
  server.on('error', onFault);
  const { port: bound } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
}
