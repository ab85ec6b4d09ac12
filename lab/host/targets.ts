import { type ChildProcess, spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import type { BenchProject } from './project.ts';

/** A server under test. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** Without path. */
  readonly origin: string;
  stop(): Promise<void>;
}

const SERVE = fileURLToPath(new URL('./serve.ts', import.meta.url));
/** Those of `npm run local`. */
const NODE_FLAGS = manifest.scripts.local.split(' ').filter((word) => word.startsWith('--'));
const START_TIMEOUT_MS = 60_000;

/** Starts local-lambda under one of its scaling policies, or the bare Node server. */
export async function startOurs(
  kind: 'lambda' | 'eager-reuse' | 'bare',
  { packageDir }: BenchProject,
): Promise<Target> {
  const child = spawn(process.execPath, [...NODE_FLAGS, SERVE, kind, packageDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  return target(kind === 'bare' ? 'bare node' : `local-lambda (${kind})`, `${String(value)}/hello`, child);
}

/** Starts serverless-offline; it is ready when it answers. */
export async function startYardstick({ folder, serverless }: BenchProject): Promise<Target> {
  const [port, lambdaPort, albPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const flags = ['--httpPort', port, '--lambdaPort', lambdaPort, '--albPort', albPort].map(String);
  const args = ['offline', 'start', '--host', '127.0.0.1', ...flags];
  const child = spawn(serverless, args, { cwd: folder, stdio: 'ignore', detached: true });
  const url = `http://127.0.0.1:${port}/hello`;
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return target('serverless-offline', url, child, true);
    if (child.exitCode !== null || performance.now() > giveUpAt) {
      throw new Error('serverless-offline did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function target(name: string, url: string, child: ChildProcess, group = false): Target {
  const pid = child.pid ?? 0;
  return {
    name,
    url,
    origin: new URL(url).origin,
    pid,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        process.kill(group ? -pid : pid, 'SIGTERM');
        setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
      }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
