import type { AgentFault, AgentResult } from '../../results/agent-result.ts';
import type { LoadModel, LoadResult } from '../../results/load-result.ts';
import { mergeLoads } from '../../results/merge-loads.ts';
import { sumThrottled } from '../../results/throttled.ts';
import { sumHistograms } from '../../statistics/histogram.ts';
import { histogramQuantile } from '../../statistics/quantile.ts';
import type { Done, Ready } from '../protocol.ts';

/** What is known of one agent while it works. */
export interface Ledger {
  /** All its pieces so far, merged; `undefined` before the first. */
  load(): LoadResult | undefined;
  /** Sheep inserted less sheep eaten. */
  readonly added: number;
  /** Requests lost or throttled. */
  readonly unserved: number;
  met(ready: Ready, errorMs: number): void;
  /** @param isAgreed whether the piece began at an agreed moment, and not as soon as it came. */
  did(done: Done, isAgreed: boolean): void;
  /** Only the first fault stays. */
  failed(fault: AgentFault, problem: string): void;
  readonly hasFailed: boolean;
  toResult(): AgentResult;
}

/** An empty ledger. @param agent from 0. */
export function createLedger(model: LoadModel, agent: number): Ledger {
  const environments = new Set<string>();
  // An agent has thousands of pieces: what would be merged anew each time is added up instead.
  const latency = sumHistograms();
  const empty = latency.toData();
  let load: LoadResult | undefined;
  let added = 0;
  let startMs: number | undefined;
  let lateMs: number | undefined;
  let clockErrorMs: number | undefined;
  let failure: { readonly fault: AgentFault; readonly problem: string } | undefined;

  return {
    load: () => load && { ...load, latency: latency.toData() },
    get added() {
      return added;
    },
    get unserved() {
      return load === undefined ? 0 : load.lost + sumThrottled(load.throttled);
    },
    get hasFailed() {
      return failure !== undefined;
    },
    met({ environment }, errorMs) {
      environments.add(environment);
      clockErrorMs = Math.max(clockErrorMs ?? 0, errorMs);
    },
    did(done, isAgreed) {
      // Pieces of the closed model follow one another, those of the open model count from one begin.
      const before = load?.elapsedMs ?? 0;
      const elapsedMs =
        model === 'closed' ? before + done.load.elapsedMs : Math.max(before, done.load.elapsedMs);
      const rest = { ...done.load, latency: empty };
      latency.add(done.load.latency);
      load = mergeLoads(model, load === undefined ? [rest] : [load, rest], elapsedMs);
      added += done.added;
      if (!isAgreed || done.lateMs === null) return;
      startMs ??= done.lateMs;
      lateMs = Math.max(lateMs ?? 0, done.lateMs);
    },
    failed(fault, problem) {
      failure ??= { fault, problem };
    },
    toResult() {
      const whole = latency.toData();
      const [p50, p99] = [0.5, 0.99].map((share) => histogramQuantile(whole, share));
      return {
        agent: agent + 1,
        environments: environments.size,
        calls: load?.calls ?? 0,
        lost: load?.lost ?? 0,
        dropped: load?.dropped ?? 0,
        wrong: load?.wrong ?? 0,
        ...(load?.throttled && { throttled: load.throttled }),
        ...(p50 !== undefined && { p50Ms: p50 / 1000 }),
        ...(p99 !== undefined && { p99Ms: p99 / 1000 }),
        ...(startMs !== undefined && { startMs }),
        ...(lateMs !== undefined && { lateMs }),
        ...(clockErrorMs !== undefined && { clockErrorMs }),
        ...failure,
      };
    },
  };
}
