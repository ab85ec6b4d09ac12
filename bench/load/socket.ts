import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';

/**
 * Opens a socket to the origin of a URL: the name looked up, TCP connected, for `https:` TLS agreed and the
 * certificate checked.
 * @throws the system's error, or an `AbortError` when the signal ends the wait.
 */
export async function openSocket({ protocol, hostname, port }: URL, signal: AbortSignal): Promise<Socket> {
  // A URL writes IPv6 addresses in brackets.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const isSecure = protocol === 'https:';
  const address = { host, port: Number(port || (isSecure ? 443 : 80)), noDelay: true };
  const socket = isSecure
    ? connectTls({ ...address, ...(isIP(host) ? {} : { servername: host }), ALPNProtocols: ['http/1.1'] })
    : connect(address);
  try {
    await once(socket, isSecure ? 'secureConnect' : 'connect', { signal });
    return socket;
  } catch (error) {
    // Without a listener a late error would end the process.
    socket.on('error', () => {}).destroy();
    throw error;
  }
}
