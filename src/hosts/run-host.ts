import { OptionError, type OptionTable, type Values } from '@sheep-shed/options';
import type { CallContext } from '../domain/context.ts';
import { type AnyContext, FUNCTIONS, type PortableFunction } from '../functions/catalogue.ts';
import { type Calls, createCalls } from './calls.ts';
import type { HOST_OPTIONS } from './host-options.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { openNeeds } from './needs.ts';
import { openRecords, type Records } from './records.ts';

/** What a transport is given to work with. */
export interface HostParts {
  /** Those that it serves. */
  readonly functions: readonly PortableFunction<AnyContext>[];
  readonly calls: Calls;
  readonly metrics: Metrics;
  readonly records: Records;
  /** Takes a fault of the host itself; it goes on. */
  readonly onFault: (error: unknown) => void;
  /** Takes what ends the host: it stops in order, and its process ends with code 1. */
  readonly onFatal: (error: Error) => void;
  /** Writes a line for the operator, such as that a connection is lost. */
  readonly notice: (line: string) => void;
  /** Calls that may be under way at once. */
  readonly concurrency: number;
  /** A call that takes longer has failed. */
  readonly timeoutMs: number;
  /** Milliseconds of a clock that never jumps. */
  readonly clock: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
}

/** A transport that takes calls. */
export interface RunningTransport {
  /** One line that says where. */
  readonly ready: string;
  /** Base URL of what it serves over HTTP, if only `/health/…` and `/metrics`. */
  readonly url: string;
  /** From now on it takes nothing new; called once. */
  drain(): void;
  /** Called when no call is under way: sends what is left to send, and resolves when nothing is open any more. */
  close(): Promise<void>;
}

/** One kind of host: its transport, with options of its own. */
export interface HostTransport<Table extends OptionTable> {
  readonly options: Table;
  /** For `--help`. */
  readonly summary: string;
  /** Whether it can serve a function; what it says when one is asked for that it cannot, such as "has no route". */
  readonly serves: (portable: PortableFunction<AnyContext>) => boolean;
  readonly cannotServe: string;
  start(values: Values<Table> & Values<typeof HOST_OPTIONS>, parts: HostParts): Promise<RunningTransport>;
}

/** What a host is given of the process. */
export interface HostWorld {
  readonly random: () => number;
  /** Milliseconds since the process started. */
  readonly clock: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What the process may use, in MB, and its largest resident set so far. */
  readonly memorySizeMb: number;
  readonly peakMb: () => number;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** A running host. */
export interface RunningHost {
  readonly ready: string;
  readonly url: string;
  /** Resolves when it cannot go on; it must be stopped then, as ever. */
  readonly failed: Promise<Error>;
  /** Takes nothing new, waits for what is under way within the grace, then closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts a host: opens what its functions need, then its transport.
 * @param name such as `container`. @param catalogue the functions that there are.
 * @throws OptionError naming what is missing.
 */
export async function runHost<Table extends OptionTable>(
  name: string,
  transport: HostTransport<Table>,
  values: Values<typeof HOST_OPTIONS> & Values<Table>,
  world: HostWorld,
  catalogue: readonly PortableFunction<AnyContext>[] = FUNCTIONS,
): Promise<RunningHost> {
  const { concurrency, timeout, grace, logs } = values;
  const functions = chosenFunctions(name, transport, catalogue, values.function);
  const { parts, close: closeNeeds } = await openNeeds(functions, values);
  const failed = Promise.withResolvers<Error>();
  let readyMs = 0;
  const records = openRecords({ ...world, host: name, logs, initMs: () => readyMs });
  const onFault = (error: unknown) =>
    world.err(`a fault of the host; it goes on: ${(error as Error)?.stack ?? error}`);
  const calls: Calls = createCalls({
    // A function is given what it needs, and what others need besides; the compiler cannot see that it is enough.
    parts: { ...settingsOf(functions, values), ...parts } as unknown as Omit<AnyContext, keyof CallContext>,
    logFor: records.logFor,
    concurrency,
    timeoutMs: timeout * 1000,
    random: world.random,
    clock: world.clock,
    onFault,
    onStart: records.started,
    onEnd: (end) => {
      records.ended(end);
      metrics.ended(end);
    },
  });
  const metrics = createMetrics(calls.underWay);
  const closeAdapters = async (): Promise<void> => {
    await closeNeeds();
    records.close();
  };
  const running = await transport
    .start(values, {
      functions,
      calls,
      metrics,
      records,
      onFault,
      onFatal: failed.resolve,
      notice: world.err,
      concurrency,
      timeoutMs: timeout * 1000,
      clock: world.clock,
      now: world.now,
      random: world.random,
    })
    .catch(async (error) => {
      await closeAdapters();
      throw error;
    });
  readyMs = world.clock();
  return {
    ready: running.ready,
    url: running.url,
    failed: failed.promise,
    stop: async () => {
      running.drain();
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, grace * 1000);
      });
      await Promise.race([calls.idle().then(() => running.close()), over]);
      clearTimeout(timer);
      await closeAdapters();
    },
  };
}

/** @throws OptionError naming a function that this transport cannot serve. */
function chosenFunctions<Table extends OptionTable>(
  host: string,
  { serves, cannotServe }: HostTransport<Table>,
  catalogue: readonly PortableFunction<AnyContext>[],
  chosen: readonly string[] | undefined,
): readonly PortableFunction<AnyContext>[] {
  if (chosen === undefined) return catalogue.filter((one) => one.scope === 'every stack' && serves(one));
  const functions = catalogue.filter(({ name }) => chosen.includes(name));
  const unserved = functions.find((one) => !serves(one));
  if (unserved !== undefined) {
    throw new OptionError(
      `--function ${unserved.name}: the ${host} cannot serve it, since it ${cannotServe}`,
    );
  }
  return functions;
}

/** What functions take from their configuration, of all values of a host. */
function settingsOf(
  functions: readonly PortableFunction<AnyContext>[],
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const names = functions.flatMap(({ options }) => Object.keys(options));
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}
