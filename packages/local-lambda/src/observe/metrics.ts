import type { Counter, Gauge, Histogram as PrometheusHistogram, Registry } from 'prom-client';
import type { LiveEnvironments, ShownState } from './environments.ts';
import type { Histogram, Tallies, Tally } from './tallies.ts';

/** What Prometheus can ask a host. */
export interface Metrics {
  /** The text of `/metrics` and its media type. */
  render(): Promise<{ readonly type: string; readonly text: string }>;
}

type Client = typeof import('prom-client');
type Read = (tally: Readonly<Tally>) => number;

const COUNTERS: readonly (readonly [name: string, help: string, read: Read])[] = [
  ['lambda_invocations_total', 'Invocations that ran, failed ones included', (one) => one.invocations],
  ['lambda_errors_total', 'Invocations that ended with an error or a time-out', (one) => one.errors],
  ['lambda_throttles_total', 'Invocations that found no place', (one) => one.throttles],
  ['lambda_billed_duration_seconds_total', 'Billed time', (one) => one.billedMs / 1_000],
  ['lambda_cpu_seconds_total', 'CPU time of invocations', (one) => one.cpuMs / 1_000],
  ['lambda_async_events_received_total', 'Events accepted', (one) => one.asyncReceived],
  ['lambda_async_events_dropped_total', 'Events that failed for good', (one) => one.asyncDropped],
];
const HISTOGRAMS: readonly (readonly [
  name: string,
  help: string,
  read: (tally: Readonly<Tally>) => Histogram,
])[] = [
  ['lambda_duration_seconds', 'How long invocations took', (one) => one.duration],
  ['lambda_init_duration_seconds', 'How long init took', (one) => one.init],
  ['lambda_async_event_age_seconds', 'Age of events when they are tried', (one) => one.asyncAge],
];
const STATES: readonly ShownState[] = ['starting', 'idle', 'busy', 'ending'];

/** Makes the metrics of a host; the counts are there already and are read when asked for. */
export function createMetrics(tallies: Tallies, environments: LiveEnvironments): Metrics {
  let registry: Promise<Registry> | undefined;
  return {
    render: async () => {
      registry ??= import('prom-client').then((client) => register(client, tallies, environments));
      const made = await registry;
      return { type: made.contentType, text: await made.metrics() };
    },
  };
}

function register(client: Client, tallies: Tallies, environments: LiveEnvironments): Registry {
  const registry = new client.Registry();
  const registers = [registry];
  client.collectDefaultMetrics({ register: registry });
  for (const [name, help, read] of COUNTERS) {
    const collect = function (this: Counter<'function'>): void {
      this.reset();
      for (const [functionName, tally] of tallies.all()) this.inc({ function: functionName }, read(tally));
    };
    new client.Counter({ name, help, labelNames: ['function'], registers, collect });
  }
  for (const [name, help, read] of HISTOGRAMS) {
    registry.registerMetric(histogramOf(name, help, () => [...tallies.all()], read));
  }
  const countOf = (state: (one: ShownState) => boolean): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const one of environments.list()) {
      const label = tallies.labelOf(one.functionName);
      counts.set(label, (counts.get(label) ?? 0) + (state(one.state) ? 1 : 0));
    }
    return counts;
  };
  new client.Gauge({
    name: 'lambda_concurrent_executions',
    help: 'Environments that serve an invocation',
    labelNames: ['function'],
    registers,
    collect(this: Gauge<'function'>): void {
      this.reset();
      for (const [name, count] of countOf((state) => state === 'busy')) this.set({ function: name }, count);
    },
  });
  new client.Gauge({
    name: 'lambda_environments',
    help: 'Environments by what they do',
    labelNames: ['function', 'state'],
    registers,
    collect(this: Gauge<'function' | 'state'>): void {
      this.reset();
      for (const state of STATES) {
        for (const [name, count] of countOf((one) => one === state)) {
          this.set({ function: name, state }, count);
        }
      }
    },
  });
  return registry;
}

/** A histogram that is kept elsewhere, in the form in which prom-client's registry asks its own for their values. */
function histogramOf(
  name: string,
  help: string,
  tallies: () => readonly (readonly [string, Readonly<Tally>])[],
  read: (tally: Readonly<Tally>) => Histogram,
): PrometheusHistogram {
  const valuesOf = ([functionName, tally]: readonly [string, Readonly<Tally>]) => {
    const { bounds, counts, count, sum } = read(tally);
    const labels = { function: functionName };
    let below = 0;
    const buckets = bounds.map((le, i) => {
      below += counts[i] ?? 0;
      return { labels: { ...labels, le }, value: below, metricName: `${name}_bucket` };
    });
    return [
      ...buckets,
      { labels: { ...labels, le: '+Inf' }, value: count, metricName: `${name}_bucket` },
      { labels, value: sum, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ];
  };
  const about = { name, help, type: 'histogram', aggregator: 'sum' };
  const metric = { ...about, get: async () => ({ ...about, values: tallies().flatMap(valuesOf) }) };
  return metric as unknown as PrometheusHistogram;
}
