import { execFile } from 'node:child_process';
import { appendFile, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 20_000;

/** A server's certificate for `localhost`, and what trusts it. */
export interface Certificates {
  readonly key: Buffer;
  /** The server's and the intermediate one, as DynamoDB sends a chain. */
  readonly chain: Buffer;
  /** The root alone. */
  readonly rootFile: string;
  /** The root, behind all those that `bundle` holds: reading them is a part of each new client. */
  readonly bundleFile: string;
}

/**
 * Makes a root, an intermediate and a server certificate (RSA, 2048 bits, as DynamoDB's) that hold for a day.
 * @param bundle a file of root certificates that SDKs read.
 * @throws Error where there is no `openssl`.
 */
export async function makeCertificates(folder: string, bundle: string): Promise<Certificates> {
  const at = (name: string) => join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeFile(at('ca.cnf'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n');
  await writeFile(at('leaf.cnf'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n');
  const openssl = (...words: string[]) => run('openssl', words, { cwd: folder, timeout: LIMIT_MS });
  const request = (name: string) =>
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    );
  const sign = (name: string, by: string, extensions: string) =>
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, '-days', '1', '-sha256'],
      ...(by === name ? ['-signkey', `${name}.key`] : ['-CA', `${by}.pem`, '-CAkey', `${by}.key`]),
      ...['-set_serial', String(name.length), '-extfile', extensions],
    );
  for (const name of ['root', 'intermediate', 'localhost']) await request(name);
  await sign('root', 'root', 'ca.cnf');
  await sign('intermediate', 'root', 'ca.cnf');
  await sign('localhost', 'intermediate', 'leaf.cnf');
  await copyFile(bundle, at('bundle.pem'));
  await appendFile(at('bundle.pem'), await readFile(at('root.pem')));
  return {
    key: await readFile(at('localhost.key')),
    chain: Buffer.concat([await readFile(at('localhost.pem')), await readFile(at('intermediate.pem'))]),
    rootFile: at('root.pem'),
    bundleFile: at('bundle.pem'),
  };
}
