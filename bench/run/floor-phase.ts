import { OptionError } from '@sheep-shed/options';
import type { Fleet } from '../agents/coordinator/fleet.ts';
import { BARE_REQUEST, verifyBare } from '../load/bare-exchange.ts';
import { engineOf } from '../load/engine.ts';
import { type BareServer, startBareServer } from '../load/start-bare-server.ts';
import type { EngineName } from '../results/names.ts';
import type { BenchFloor } from '../results/result.ts';
import { histogramQuantile } from '../statistics/quantile.ts';

/** How to find out what the bench can measure at most. */
export interface FloorOptions {
  /** The one that the scenarios will use. */
  readonly engine: EngineName;
  /** As many as the scenarios will use. */
  readonly connections: number;
  /** Seconds of load that count; it takes as long again for starting, warming up and the latency. */
  readonly seconds: number;
  readonly timeoutSeconds: number;
  /** Starts what is driven; a bare HTTP server where absent. */
  readonly start?: ((signal: AbortSignal) => Promise<BareServer>) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Drives a bare server on loopback, in a process of its own, as scenarios are driven, every answer
 * verified: the rate with all connections, and the median latency with one, where no request waits for another.
 * No rate above this and no latency below can be measured here.
 * @throws Error when an answer was wrong or lost; the reason of the signal when it aborts.
 */
export async function measureFloor(options: FloorOptions): Promise<BenchFloor> {
  const applyLoad = await engineOf(options.engine);
  const { start = startBareServer } = options;
  const server = await start(options.signal);
  const drive = async (connections: number, seconds: number) => {
    const result = await applyLoad({
      ...options,
      url: server.url,
      connect: server.connect,
      connections,
      calls: undefined,
      seconds,
      next: () => BARE_REQUEST,
      verify: verifyBare,
      onProgress: () => {},
    });
    if (result.lost + result.wrong > 0) {
      throw new Error(
        `the bench's own floor cannot be measured: ${result.lost} requests to a bare server were lost, ${result.wrong} answers wrong`,
      );
    }
    return result;
  };
  try {
    await drive(options.connections, options.seconds / 2);
    const { calls, elapsedMs } = await drive(options.connections, options.seconds);
    const { latency } = await drive(1, options.seconds / 2);
    return {
      requestsPerSecond: (calls * 1000) / elapsedMs,
      latencyMs: (histogramQuantile(latency, 0.5) ?? 0) / 1000,
    };
  } finally {
    await server.close();
  }
}

/**
 * The floor of agents: each drives a bare server in a thread of its own execution environment, as it will drive the
 * target, all of them at once: the rate of all with all connections, and the median latency with one connection each.
 * The server shares an agent's processor, so that the agents may reach more than that rate.
 * @throws Error when an answer was wrong or lost, or an agent was lost or throttled; the signal's reason.
 */
export async function measureFleetFloor(
  fleet: Fleet,
  { connections, seconds, timeoutSeconds, signal }: Omit<FloorOptions, 'engine' | 'start'>,
): Promise<BenchFloor> {
  const drive = async (atOnce: number, lasting: number) => {
    const { load, problem, isWhole } = await fleet.drive({
      scenario: { name: 'bare' },
      connections: atOnce,
      calls: undefined,
      seconds: lasting,
      timeoutSeconds,
      reserveTattoos: () => 0n,
      onProgress: () => undefined,
      signal,
    });
    // The first that they are asked: here shows whether they are there and may be invoked.
    if (!isWhole) {
      throw new OptionError(
        `--agents: their floor cannot be measured: ${problem} (docs/load.md says how to deploy them)`,
      );
    }
    if (load.lost + load.wrong > 0) {
      throw new Error(
        `the floor of the agents cannot be measured: ${load.lost} requests to their bare servers were lost, ${load.wrong} answers wrong`,
      );
    }
    return load;
  };
  await drive(connections, seconds / 2);
  const { calls, elapsedMs } = await drive(connections, seconds);
  const { latency } = await drive(Math.min(connections, fleet.description.count), seconds / 2);
  return {
    requestsPerSecond: (calls * 1000) / elapsedMs,
    latencyMs: (histogramQuantile(latency, 0.5) ?? 0) / 1000,
  };
}
