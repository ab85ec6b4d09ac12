import { Counter, collectDefaultMetrics, Gauge, type Histogram, Registry } from 'prom-client';
import type { CallEnd } from './calls.ts';

/** What Prometheus can ask a host. */
export interface Metrics {
  ended(end: CallEnd): void;
  refused(): void;
  /** For what a transport counts besides. */
  readonly registry: Registry;
  /** The text of `/metrics` and its media type. */
  render(): Promise<{ readonly type: string; readonly text: string }>;
}

/** From a millisecond to half a minute, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The calls of one function. prom-client's own counters cost more than a short call: they are read when asked for. */
interface Tally {
  count: number;
  seconds: number;
  readonly outcomes: Record<CallEnd['outcome'], number>;
  /** Calls in each bucket and in none before. */
  readonly buckets: number[];
}

function newTally(): Tally {
  return {
    count: 0,
    seconds: 0,
    outcomes: { success: 0, error: 0, timeout: 0 },
    buckets: BUCKETS.map(() => 0),
  };
}

/** The histogram of tallies, in the form in which prom-client's registry asks its own for their values. */
function durationsOf(tallies: ReadonlyMap<string, Tally>): Histogram {
  const name = 'sheep_shed_call_duration_seconds';
  const valuesOf = ([functionName, { count, seconds, buckets }]: [string, Tally]) => {
    const labels = { function: functionName };
    let sum = 0;
    const below = BUCKETS.map((le, i) => {
      sum += buckets[i] ?? 0;
      return { labels: { ...labels, le }, value: sum, metricName: `${name}_bucket` };
    });
    return [
      ...below,
      { labels: { ...labels, le: '+Inf' }, value: count, metricName: `${name}_bucket` },
      { labels, value: seconds, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ];
  };
  const about = { name, help: 'How long calls took, by function', type: 'histogram', aggregator: 'sum' };
  const metric = { ...about, get: async () => ({ ...about, values: [...tallies].flatMap(valuesOf) }) };
  return metric as unknown as Histogram;
}

/** Makes the metrics of one host. @param underWay calls that are under way. */
export function createMetrics(underWay: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const tallies = new Map<string, Tally>();
  new Counter({
    name: 'sheep_shed_calls_total',
    help: 'Calls that have ended, by function and outcome',
    labelNames: ['function', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const [name, { outcomes }] of tallies) {
        for (const [outcome, count] of Object.entries(outcomes)) {
          if (count > 0) this.inc({ function: name, outcome }, count);
        }
      }
    },
  });
  registry.registerMetric(durationsOf(tallies));
  const refusals = new Counter({
    name: 'sheep_shed_calls_refused_total',
    help: 'Calls for which there was no room',
    registers,
  });
  new Gauge({
    name: 'sheep_shed_calls_under_way',
    help: 'Calls under way',
    registers,
    collect() {
      this.set(underWay());
    },
  });
  return {
    ended: ({ functionName, outcome, durationMs }) => {
      const tally = tallies.get(functionName) ?? newTally();
      if (tally.count === 0) tallies.set(functionName, tally);
      tally.count += 1;
      tally.outcomes[outcome] += 1;
      tally.seconds += durationMs / 1000;
      const bucket = BUCKETS.findIndex((most) => durationMs <= most * 1000);
      if (bucket !== -1) tally.buckets[bucket] = (tally.buckets[bucket] ?? 0) + 1;
    },
    refused: () => refusals.inc(),
    registry,
    render: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}
