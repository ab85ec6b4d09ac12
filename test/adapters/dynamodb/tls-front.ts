import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const OPENSSL_LIMIT_MS = 10_000;

/** TLS before a server on this machine. */
export interface TlsFront {
  readonly url: string;
  /** For `NODE_EXTRA_CA_CERTS`. */
  readonly certificateFile: string;
  close(): Promise<void>;
}

/**
 * Speaks TLS on the loopback and hands on to a server without it; the certificate is made for this run.
 * @throws Error when there is no `openssl`.
 */
export async function startTlsFront(behind: string, folder: string): Promise<TlsFront> {
  const [key, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await promisify(execFile)(
    'openssl',
    ['req', ...kind, ...subject, '-keyout', key, '-out', certificateFile],
    {
      timeout: OPENSSL_LIMIT_MS,
    },
  );
  const agent = new Agent({ keepAlive: true });
  const server = createServer(
    { key: await readFile(key), cert: await readFile(certificateFile) },
    (incoming, answer) => {
      const { method, headers } = incoming;
      const onward = request(behind, { method, headers, agent }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      incoming.pipe(onward);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificateFile,
    async close() {
      agent.destroy();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
