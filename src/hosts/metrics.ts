import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
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

/** Makes the metrics of one host. @param underWay calls that are under way. */
export function createMetrics(underWay: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const calls = new Counter({
    name: 'sheep_shed_calls_total',
    help: 'Calls that have ended, by function and outcome',
    labelNames: ['function', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'sheep_shed_call_duration_seconds',
    help: 'How long calls took, by function',
    labelNames: ['function'],
    buckets: BUCKETS,
    registers,
  });
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
      calls.inc({ function: functionName, outcome });
      durations.observe({ function: functionName }, durationMs / 1000);
    },
    refused: () => refusals.inc(),
    registry,
    render: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}
