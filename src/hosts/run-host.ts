import { OptionError, type OptionTable, type Values } from '@sheep-shed/options';
import { type AnyContext, FUNCTIONS, type PortableFunction } from '../functions/catalogue.ts';
import { openShed } from '../functions/shed.ts';
import { type Calls, createCalls } from './calls.ts';
import type { HOST_OPTIONS } from './host-options.ts';
import { createMetrics, type Metrics } from './metrics.ts';
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
}

/** A transport that takes calls. */
export interface RunningTransport {
  /** One line that says where. */
  readonly ready: string;
  readonly url: string;
  /** Takes nothing new. */
  drain(): void;
  /** Resolves when nothing is open any more. */
  close(): Promise<void>;
}

/** One kind of host: its transport, with options of its own. */
export interface HostTransport<Table extends OptionTable> {
  readonly options: Table;
  /** For `--help`. */
  readonly summary: string;
  start(values: Values<Table>, parts: HostParts): Promise<RunningTransport>;
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
  /** Takes nothing new, waits for what is under way within the grace, then closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts a host: opens what its functions need, then its transport.
 * @param name such as `container`.
 * @throws OptionError naming what is missing.
 */
export async function runHost<Table extends OptionTable>(
  name: string,
  transport: HostTransport<Table>,
  values: Values<typeof HOST_OPTIONS> & Values<Table>,
  world: HostWorld,
): Promise<RunningHost> {
  const { function: chosen, concurrency, timeout, grace, logs, catMaxSteps } = values;
  const functions = FUNCTIONS.filter((one) => chosen === undefined || chosen.includes(one.name));
  const needsShed = functions.some(({ needs }) => needs.includes('shed'));
  const shed = needsShed ? await openShed(placeOf(values)) : undefined;
  let readyMs = 0;
  const records = openRecords({ ...world, host: name, logs, initMs: () => readyMs });
  const onFault = (error: unknown) =>
    world.err(`a fault of the host; it goes on: ${(error as Error)?.stack ?? error}`);
  const calls: Calls = createCalls({
    // A function that needs none is given none.
    parts: { catMaxSteps, shed } as Omit<AnyContext, 'requestId' | 'log' | 'random' | 'remainingTimeMs'>,
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
    await shed?.close();
    records.close();
  };
  const running = await transport
    .start(values, { functions, calls, metrics, records, onFault })
    .catch(async (error) => {
      await closeAdapters();
      throw error;
    });
  readyMs = world.clock();
  return {
    ready: running.ready,
    url: running.url,
    stop: async () => {
      running.drain();
      const closed = running.close();
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, grace * 1000);
      });
      await Promise.race([Promise.all([closed, calls.idle()]), over]);
      clearTimeout(timer);
      await closeAdapters();
    },
  };
}

function placeOf(values: Values<typeof HOST_OPTIONS>) {
  const { table, region, segments, endpoint, commonEndpoint, accessKeyId, secretAccessKey, sessionToken } =
    values;
  if (table === undefined)
    throw new OptionError('--table is missing: the functions that are served need the shed');
  if (region === undefined)
    throw new OptionError('--region is missing: the functions that are served need the shed');
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new OptionError('--access-key-id and --secret-access-key must be given together, or neither');
  }
  const key =
    accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : { accessKeyId, secretAccessKey, sessionToken };
  return {
    table,
    region,
    segments,
    endpoint: endpoint ?? commonEndpoint,
    ...(key !== undefined && { credentials: () => key }),
  };
}
