import type { HistogramData } from '../statistics/histogram.ts';
import type { Throttled } from './throttled.ts';

/** How requests come: each after the answer to the last (closed), or at planned times whatever the answers do (open). */
export type LoadModel = 'closed' | 'open';

/** What came of one piece of load. */
export interface LoadResult {
  readonly model: LoadModel;
  /** Requests sent; all were answered or lost. */
  readonly calls: number;
  /**
   * Microseconds from sending, in the open model from the planned time, to the whole answer. A lost, dropped or throttled
   * request counts with the time-out, or with the time it really took where that is longer: none is left out.
   */
  readonly latency: HistogramData;
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests without an answer: time-outs, connections refused or closed. */
  readonly lost: number;
  /** The lost requests that ended by the time-out. */
  readonly timedOut: number;
  /** Open model: requests that could not be sent within the time-out of their planned time; 0 in the closed model. */
  readonly dropped: number;
  /** Absent when nothing was throttled. */
  readonly throttled?: Throttled;
  /** Answers that did not verify, without those of {@link throttled}. */
  readonly wrong: number;
  /** The first three of them, in words. */
  readonly firstWrong: readonly string[];
  /** From the first request to the last answer, less the time that the bench itself took to keep the herd as it was. */
  readonly elapsedMs: number;
  /** Milliseconds that TCP and TLS set-up took for each connection, before the first request; empty where it could not be seen. */
  readonly connectMs: readonly number[];
}

/** What came of one piece of load, as far as it is known: another engine's file does not tell all of it. */
export interface ToldLoad extends Omit<LoadResult, 'model' | 'lost' | 'timedOut' | 'elapsedMs'> {
  readonly model: LoadModel | undefined;
  readonly lost: number | undefined;
  readonly timedOut: number | undefined;
  readonly elapsedMs: number | undefined;
  /** Where only a summary tells of the latencies; the histogram is then empty. */
  readonly told?: ToldLatency;
}

/** What a summary tells of the latencies, in microseconds. */
export interface ToldLatency {
  /** `[fraction, latency]`, rising: fraction 0 is the shortest, 1 the longest. How it ranks is up to the engine. */
  readonly quantiles: readonly (readonly [fraction: number, micros: number])[];
  readonly mean?: number;
}
