import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel, ConfirmChannel, SocketOptions } from 'amqplib';
import { connect } from 'amqplib';
import { backOffMs } from '../back-off.ts';
import type { BrokerAddress } from './broker-address.ts';
import { joinWrites, socketOf } from './socket.ts';

/** What a connection is kept with. */
export interface ConnectionOptions {
  readonly address: BrokerAddress;
  /** Certificates, where the address says amqps. */
  readonly tls?: Pick<SocketOptions, 'ca' | 'cert' | 'key'>;
  /** Declares and consumes on a channel that is new; what it opened is gone when {@link onLost} is called. */
  readonly setUp: (channel: ConfirmChannel) => Promise<void>;
  readonly onLost: (reason: Error) => void;
  /** The broker has stopped reading, and why; undefined: it reads again. */
  readonly onBlocked: (reason: string | undefined) => void;
  /** Takes what a listener throws. */
  readonly onFault: (error: unknown) => void;
  /** Takes a line for the operator. */
  readonly notice: (line: string) => void;
  readonly random: () => number;
}

/** A connection that is opened again whenever it is lost. */
export interface BrokerConnection {
  /** Resolves when it is first set up; rejects when that cannot succeed, or when it is closed before. */
  readonly ready: Promise<void>;
  /** Resolves when it cannot be set up again. */
  readonly failed: Promise<Error>;
  /** Why the last attempt failed, or the last connection ended. */
  readonly problem: () => Error | undefined;
  /** Closes it in order; what was written before is sent. */
  close(): Promise<void>;
}

/** One connection and its channel, as far as they are open. */
interface Session {
  readonly model: ChannelModel;
  channel: ConfirmChannel | undefined;
}

const CONNECT_MS = 10_000;
const SET_UP_MS = 30_000;
const CLOSE_MS = 5_000;
/** Queue or exchange are there with other properties; trying again would not help. */
const PRECONDITION_FAILED = 406;
/** Wrong user or password. */
const REFUSED = /\b403\b|ACCESS.REFUSED/;
/** A virtual host that is not there; or a broker that is shutting down: amqplib does not say why it was closed. */
const CLOSED_AT_OPEN = /Expected ConnectionOpenOk; got <?ConnectionClose/;
/** So often in succession a broker that shuts down is not there to say it. */
const REFUSED_FROM = 3;

/** Keeps a connection to a broker: opens it, sets it up, and does so again after each loss, ever more slowly. */
export function keepConnected(options: ConnectionOptions): BrokerConnection {
  const { address, notice, random } = options;
  const stopping = new AbortController();
  const ready = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<Error>();
  let wasReady = false;
  let closedAtOpen = 0;
  let current: Session | undefined;
  let last: Error | undefined;
  ready.promise.catch(() => undefined);
  const running = run().catch(options.onFault);
  return {
    ready: ready.promise,
    failed: failed.promise,
    problem: () => last,
    close: async () => {
      stopping.abort();
      await closeSession(current);
      await running;
      ready.reject(new Error(`the connection to ${address.shown} was closed before it was open`));
    },
  };

  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      const problem = await session(() => {
        if (failures > 0) notice(`connected to ${address.shown} again`);
        failures = 0;
      });
      if (stopping.signal.aborted) return;
      last = problem;
      const fatal = fatalOf(problem);
      if (fatal !== undefined) {
        ready.reject(fatal);
        failed.resolve(fatal);
        return;
      }
      failures += 1;
      if (failures === 1) notice(`no connection to ${address.shown}: ${problem.message}; it is tried again`);
      await sleep(backOffMs(failures, random), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  /** One connection from its beginning to its end. @returns why it ended. */
  async function session(onReady: () => void): Promise<Error> {
    try {
      const opened = await connect(address.connect, { ...options.tls, noDelay: true, timeout: CONNECT_MS });
      const opening: Session = { model: opened, channel: undefined };
      current = opening;
      const end = endOf(opened);
      if (stopping.signal.aborted) await closeSession(opening);
      joinWrites(opened);
      opened.on('blocked', (reason) => options.onBlocked(reason));
      opened.on('unblocked', () => options.onBlocked(undefined));
      opened.on('handler-error', options.onFault);
      try {
        await within(SET_UP_MS, setUp(opening));
      } catch (error) {
        await closeSession(opening);
        throw error;
      }
      wasReady = true;
      onReady();
      ready.resolve();
      const reason = await end;
      options.onLost(reason);
      options.onBlocked(undefined);
      return reason;
    } catch (error) {
      return error as Error;
    } finally {
      current = undefined;
    }
  }

  async function setUp(opening: Session): Promise<void> {
    const channel = await opening.model.createConfirmChannel();
    opening.channel = channel;
    let reason: Error | undefined;
    channel.on('error', (error) => {
      reason = error;
    });
    channel.on('handler-error', options.onFault);
    // Without its channel a connection is of no use.
    channel.on('close', () => {
      if (reason !== undefined) notice(`the broker closed the channel: ${reason.message}`);
      opening.channel = undefined;
      if (!stopping.signal.aborted) void closeSession(opening);
    });
    await options.setUp(channel);
  }

  function fatalOf(problem: Error): Error | undefined {
    const { code } = problem as Error & { readonly code?: unknown };
    if (code === PRECONDITION_FAILED && 'isDeclaration' in problem) return problem;
    closedAtOpen = CLOSED_AT_OPEN.test(problem.message) ? closedAtOpen + 1 : 0;
    if (wasReady || !(REFUSED.test(problem.message) || closedAtOpen >= REFUSED_FROM)) return undefined;
    return new Error(`${address.shown} refuses user, password or virtual host: ${problem.message}`);
  }
}

/**
 * Runs a declaration.
 * @throws Error that says what to do when it contradicts what is there, and ends {@link keepConnected}.
 */
export async function declare<T>(what: string, declaration: Promise<T>): Promise<T> {
  try {
    return await declaration;
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: unknown };
    if (code !== PRECONDITION_FAILED) throw error;
    const text = `${what} is there with other properties than those asked for: delete it, or give the options that it was made with (${message})`;
    throw Object.assign(new Error(text, { cause: error }), { code, isDeclaration: true });
  }
}

function endOf(model: ChannelModel): Promise<Error> {
  let reason: Error | undefined;
  return new Promise((resolve) => {
    model.on('error', (error) => {
      reason = error;
    });
    model.on('close', (error) => resolve(reason ?? error ?? new Error('the connection was closed')));
  });
}

/** Closes in order if the broker answers in time, and else all the same. */
async function closeSession(session: Session | undefined): Promise<void> {
  if (session === undefined) return;
  const { model, channel } = session;
  const closing = async (): Promise<void> => {
    // First the channel: what was written on it goes before, while the connection's own frames may overtake it.
    await channel?.close();
    await model.close();
  };
  // It throws when it is closed already.
  await within(CLOSE_MS, closing()).catch(() => undefined);
  socketOf(model)?.destroy();
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(limitMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`the broker did not answer within ${limitMs / 1000} s`);
  });
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
