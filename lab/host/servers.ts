import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBareServer } from '../../bench/load/start-bare-server.ts';
import { type Lab, ROOT } from '../experiment.ts';
import type { HostedProject } from './project.ts';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;

/** A server under test. */
export interface Server {
  readonly name: string;
  /** Of the request that is sent. */
  readonly url: string;
  readonly pid: number;
  /** Ends it, if need be by force. */
  stop(): Promise<void>;
}

/**
 * Starts local-lambda as `npm run local` does.
 * @param root another checkout, whose local-lambda is started instead.
 */
export async function startLocalLambda(
  scaling: 'lambda' | 'eager-reuse',
  { packageDir }: HostedProject,
  lab: Lab,
  { root = ROOT, name = `local-lambda (${scaling})`, more = [] as readonly string[] } = {},
): Promise<Server> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const [, ...words] = scripts.local.split(' ');
  const logs = join(lab.folder, `logs ${name}`);
  const options = ['--package', packageDir, '--scaling', scaling, '--logs', logs, '--dynamodb', 'off'];
  return start(name, (port) => [...words, ...options, ...more, '--port', port], root, lab);
}

/** Starts serverless-offline. */
export async function startYardstick({ folder }: HostedProject, lab: Lab): Promise<Server> {
  const [lambdaPort, albPort] = [await freePort(), await freePort()];
  const others = ['--lambdaPort', lambdaPort, '--albPort', albPort];
  const words = ['node_modules/serverless/bin/serverless.js', 'offline', 'start', '--host', '127.0.0.1'];
  return start('serverless-offline', (port) => [...words, '--httpPort', port, ...others], folder, lab);
}

/** Starts a server of Node's that does nothing else. */
export async function startBare({ signal, atEnd }: Lab): Promise<Server> {
  const { url, pid = 0, close } = await startBareServer(signal);
  atEnd(close);
  return { name: 'bare Node', url: `${url}/hello`, pid, stop: close };
}

/**
 * Starts a program of Node's, which is ready when it answers.
 * @param path of the request that is sent. @throws Error when it ends or is not ready within a minute.
 */
export async function start(
  name: string,
  wordsOf: (port: string) => readonly string[],
  cwd: string,
  { folder, signal, atEnd }: Lab,
  path = '/hello',
): Promise<Server> {
  const port = await freePort();
  // What it leaves in the folder for temporary files is its own then. Its compiled sources are kept: without them Node
  // holds its type stripper in memory, some 20 MB.
  const env = { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: join(ROOT, '.cache/compile') };
  const words = wordsOf(port);
  // All of them print a line or more for a request.
  const child = spawn(process.execPath, words, { cwd, env, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(force);
  };
  atEnd(() => (child.exitCode === null && child.signalCode === null ? stop() : undefined));
  const url = `http://127.0.0.1:${port}${path}`;
  const giveUpAt = performance.now() + START_LIMIT_MS;
  for (;;) {
    const answer = await fetch(url, { signal }).catch(() => undefined);
    if (answer?.status === 200) return { name, url, pid: child.pid ?? 0, stop };
    signal.throwIfAborted();
    if (child.exitCode !== null || performance.now() > giveUpAt)
      throw new Error(`${name} did not start: node ${words.join(' ')}`);
    await sleep(200);
  }
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return String(typeof address === 'object' ? address?.port : address);
}
