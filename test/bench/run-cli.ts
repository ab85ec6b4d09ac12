import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../../bench/commands/run-command.ts';

const CLI = join(import.meta.dirname, '..', '..', 'bench', 'cli.ts');
const LIMIT_MS = 120_000;

/** Longest wait of a run in this process: no server of a test is late, as CloudWatch and DynamoDB may be. */
const LONGEST_WAIT_MS = 20;
const briefly = (milliseconds: number, signal?: AbortSignal) =>
  sleep(Math.min(milliseconds, LONGEST_WAIT_MS), undefined, signal === undefined ? {} : { signal });

/** Nothing of this machine's own AWS settings. */
export const NO_AWS = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_PROFILE: '',
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_SESSION_TOKEN: '',
};

/** Credentials that open nothing. */
export const KEYS = { ...NO_AWS, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** What came of one command line of the bench; the code is -1 when a signal ended it. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the bench in this process. */
export function bench(...args: readonly string[]): Promise<Ended> {
  return benchIn({}, args);
}

/** Runs the bench in this process, with variables that it and AWS's SDK find: one run at a time. */
export async function benchIn(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
  signal: AbortSignal = AbortSignal.timeout(LIMIT_MS),
): Promise<Ended> {
  const before = { ...process.env };
  Object.assign(process.env, environment);
  const output = { stdout: '', stderr: '' };
  const writer = (name: keyof typeof output) => ({
    write: (text: string) => {
      output[name] += text;
    },
  });
  const terminal = {
    env: process.env,
    stdout: writer('stdout'),
    stderr: writer('stderr'),
    world: { floorSeconds: 0.05, sleep: briefly },
  };
  try {
    const code = await runCommand(args, terminal, signal);
    return { code, ...output };
  } finally {
    for (const name of Object.keys(environment)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

/** Runs the bench in this process and interrupts it once `whenReady` resolves. */
export async function interruptedBench(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
  whenReady: () => Promise<unknown>,
): Promise<Ended> {
  const interrupt = new AbortController();
  const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(LIMIT_MS)]);
  const ended = benchIn(environment, args, signal);
  await Promise.race([whenReady(), ended]);
  interrupt.abort();
  return ended;
}

/** Runs the bench as a user does, in a process of its own; Ctrl-C is pressed once `whenReady` resolves. */
export async function spawnedBench(
  args: readonly string[],
  whenReady: () => Promise<unknown> = () => new Promise(() => undefined),
): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const closed = once(child, 'close');
  await Promise.race([whenReady(), closed]);
  child.kill('SIGINT');
  const [code] = await closed;
  clearTimeout(limit);
  return { code: code ?? -1, ...output };
}

/** A shed behind HTTP as somebody may have deployed it. */
export interface DeployedShed {
  readonly url: string;
  /** Requests so far. */
  readonly requests: () => number;
  /** Ends it in the middle of whatever is under way. */
  stop(): void;
}

/**
 * Starts a shed on a free port of the loopback interface.
 * @param weigh gives a sheep's weight, and may be wrong on purpose.
 * @param onRequest hears of each request before it is answered, by its number from 1.
 */
export async function deployedShed(
  t: TestContext,
  weigh: (tattoo: string) => number,
  onRequest: (shed: DeployedShed, number: number) => void = () => undefined,
): Promise<DeployedShed> {
  const sheep = new Set<string>();
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    onRequest(shed, requests);
    const [, tattoo] = /^\/sheep\/(\d+)$/.exec(request.url ?? '') ?? [];
    if (request.method === 'POST' && tattoo !== undefined) {
      sheep.add(tattoo);
      response.writeHead(201).end(`{"tattoo":${tattoo},"weight":${weigh(tattoo)}}`);
    } else if (request.url === '/dog') response.end(`{"count":${sheep.size}}`);
    else response.writeHead(404).end('{"message":"Not Found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shed: DeployedShed = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  t.after(() => shed.stop());
  return shed;
}

/** A path in a temporary folder, whose last folder does not exist yet. */
export async function temporaryFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'deep', 'result.json');
}
