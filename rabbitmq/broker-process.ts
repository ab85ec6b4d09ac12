// The child process that keeps RabbitMQ: starts it when its parent says so, and ends it with the parent, however
// that one ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BrokerPlace, brokerEnvironment, findEpmd, findRabbitmq } from './installation.ts';

/** What the parent may ask for; each is answered by one {@link BrokerAnswer}. */
export type BrokerOrder = 'start' | 'kill' | 'stop';

/** `failed` carries what the broker wrote last. */
export interface BrokerAnswer {
  readonly done: BrokerOrder;
  readonly failed?: string;
}

/** The broker ended, and nobody had asked for it. */
export interface BrokerEnd {
  readonly ended: string;
}

const READY = 'Server startup complete';
const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const KEPT_LETTERS = 4_000;

const place = JSON.parse(process.argv[2] ?? '') as BrokerPlace;
const env = brokerEnvironment(place);
let epmd: ChildProcess | undefined;
let broker: ChildProcess | undefined;
/** Between the end of its start and the order to end it. */
let isRunning = false;

process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => {
  for (const child of [broker, epmd]) child?.kill('SIGKILL');
  rmSync(place.folder, { recursive: true, force: true, maxRetries: 3 });
  process.exit();
});
process.on('message', (order: BrokerOrder) => {
  obey(order).then(
    () => process.send?.({ done: order } satisfies BrokerAnswer),
    (error: Error) => process.send?.({ done: order, failed: error.message } satisfies BrokerAnswer),
  );
});

async function obey(order: BrokerOrder): Promise<void> {
  if (order === 'start') {
    await start();
    isRunning = true;
    return;
  }
  isRunning = false;
  await end(broker, order === 'kill' ? 'SIGKILL' : 'SIGTERM');
  if (order === 'stop') await end(epmd, 'SIGTERM');
}

async function start(): Promise<void> {
  epmd ??= await startEpmd();
  const server = join(findRabbitmq() ?? '', 'rabbitmq-server');
  // In a session of its own, so that Ctrl-C on the terminal does not reach it.
  const child = spawn(server, { env, cwd: place.folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  broker = child;
  child.once('exit', (code, signal) => {
    if (!isRunning) return;
    isRunning = false;
    process.send?.({ ended: signal ?? `exit code ${code}` } satisfies BrokerEnd);
  });
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    const hear = (text: string): void => {
      said = (said + text).slice(-KEPT_LETTERS);
      if (said.includes(READY)) resolve();
    };
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`RabbitMQ ended with exit code ${code}:\n${said}`)));
  });
  const over = new AbortController();
  const late = sleep(READY_LIMIT_MS, undefined, { signal: over.signal }).then(() => {
    child.kill('SIGKILL');
    throw new Error(`RabbitMQ is not ready after ${READY_LIMIT_MS / 1000} s:\n${said}`);
  });
  late.catch(() => undefined);
  try {
    await Promise.race([ready, late]);
  } finally {
    over.abort();
  }
}

/** Starts epmd and waits until it listens, without which the broker would not start. */
async function startEpmd(): Promise<ChildProcess> {
  const program = findEpmd();
  if (program === undefined) throw new Error('epmd, a part of Erlang, is not installed');
  const child = spawn(program, ['-address', '127.0.0.1', '-port', String(place.ports.epmd)], {
    env,
    stdio: 'ignore',
    detached: true,
  });
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`epmd ended with exit code ${code}`)));
  });
  failed.catch(() => undefined);
  const deadline = AbortSignal.timeout(STOP_LIMIT_MS);
  while (!(await Promise.race([listens(place.ports.epmd), failed]))) {
    if (deadline.aborted) throw new Error('epmd does not listen');
    await sleep(20);
  }
  return child;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const found = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return found;
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}
