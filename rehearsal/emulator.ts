import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RehearsalUsageError } from './python-environment.ts';
import { killGroup } from './run.ts';

/** The region of the rehearsal. */
export const REGION = 'eu-west-3';

/** The account of the emulator; no real account has this number. */
export const ACCOUNT = '000000000000';

const READY_LIMIT_MS = 30_000;
const READY_INTERVAL_MS = 100;
const PORTS_TRIED = 3;
const OUTPUT_LIMIT = 10_000;

/** Header by which the emulator that was started here is told from any other program on its port. */
const IDENTITY = 'x-rehearsal';

/** A running emulator. */
export interface Emulator {
  readonly endpoint: string;
  /** Ends it and every process that it started. */
  close(): Promise<void>;
}

/**
 * Starts MiniStack on a free port of 127.0.0.1, with IAM enforced.
 * @param bin programs of the virtual environment. @param workDir takes its files and its log `emulator.log`.
 * @param findPort gives a port that should be free; another program may be faster.
 * @throws RehearsalUsageError when every port was taken meanwhile. @throws Error when it does not start.
 */
export async function startEmulator(
  bin: string,
  nodeBin: string,
  workDir: string,
  signal: AbortSignal,
  findPort: () => Promise<number> = freePort,
): Promise<Emulator> {
  const taken: number[] = [];
  while (taken.length < PORTS_TRIED) {
    const port = await findPort();
    const emulator = await startOn(port, bin, nodeBin, workDir, signal);
    if (emulator !== undefined) return emulator;
    taken.push(port);
  }
  const why = `the ports ${taken.join(', ')} of 127.0.0.1 were taken by other programs`;
  throw new RehearsalUsageError(`${why}: run the rehearsal again`);
}

async function startOn(
  port: number,
  bin: string,
  nodeBin: string,
  workDir: string,
  signal: AbortSignal,
): Promise<Emulator | undefined> {
  const endpoint = `http://127.0.0.1:${port}`;
  const identity = randomUUID();
  const temporary = join(workDir, 'tmp');
  await mkdir(temporary, { recursive: true });
  const child = spawn(join(bin, 'python'), [join(import.meta.dirname, 'emulator.py'), workDir], {
    cwd: workDir,
    // A group of its own: its Lambdas are in it, and it kills the group when this process is gone.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      // Its functions run the `node` and `python3` that it finds here.
      PATH: [nodeBin, bin, '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
      HOME: workDir,
      TMPDIR: temporary,
      PYTHONDONTWRITEBYTECODE: '1',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_REGION: REGION,
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      MINISTACK_HOST: '127.0.0.1',
      LAMBDA_EXECUTOR: 'local',
      AUTH: 'true',
      // It leads functions of `provided` runtimes to itself by this address only.
      AWS_ENDPOINT_URL: endpoint,
      REHEARSAL_ID: identity,
      STATE_DIR: join(workDir, 'state'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      if (output.length < OUTPUT_LIMIT) output += chunk.toString();
    });
  }
  const log = createWriteStream(join(workDir, 'emulator.log'));
  child.stdout.pipe(log);
  child.stderr.pipe(log, { end: false });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const close = async () => {
    child.stdin.end('bye');
    if (child.pid !== undefined) killGroup(child.pid);
    await ended;
  };
  const deadline = Date.now() + READY_LIMIT_MS;
  while (!(await isReady(endpoint, identity))) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (hasEnded || signal.aborted || Date.now() > deadline) {
      await close();
      signal.throwIfAborted();
      if (/is already in use/.test(output)) return undefined;
      throw new Error(`the emulator did not get ready on ${endpoint}: see emulator.log below`);
    }
    await sleep(READY_INTERVAL_MS);
  }
  return { endpoint, close };
}

/** The environment of every command that talks to the emulator; nothing of a real account can be in it. */
export function childEnvironment(
  endpoint: string,
  key: { readonly accessKeyId: string; readonly secretAccessKey: string },
): NodeJS.ProcessEnv {
  const { PATH, HOME, XDG_CACHE_HOME, CARGO_HOME, RUSTUP_HOME } = process.env;
  return {
    PATH,
    HOME,
    XDG_CACHE_HOME,
    CARGO_HOME,
    RUSTUP_HOME,
    CI: 'true',
    // The emulator runs the functions on this machine.
    LOCAL_LAMBDA: '1',
    NODE_OPTIONS: `--import=${join(import.meta.dirname, 'loopback-only.mjs')}`,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    SLS_AWS_MONITORING_FREQUENCY: '500',
    SLS_NOTIFICATIONS_MODE: 'off',
  };
}

async function isReady(endpoint: string, identity: string): Promise<boolean> {
  try {
    const answer = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(1000) });
    await answer.arrayBuffer();
    return answer.ok && answer.headers.get(IDENTITY) === identity;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
