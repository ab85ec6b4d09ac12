// A child process that is nothing but a coordinator: it tells its parent what many agents come to, and what they cost it.
import { readFileSync } from 'node:fs';
import { openInvoke } from '../../../bench/agents/coordinator/invoke.ts';
import { mergeLoads } from '../../../bench/results/merge-loads.ts';
import { histogram } from '../../../bench/statistics/histogram.ts';
import { fleetOver, loadOf } from './test-fleet.ts';

const [endpoint = '', count = '', seconds = ''] = process.argv.slice(2);
const { invoke, close } = openInvoke({ region: 'local', functionName: 'agent', endpoint });
const open = { rate: 20_000, arrivals: 'poisson', seed: 1 } as const;
const from = performance.now();
const { load, problem, startSkewMs } = await fleetOver(Number(count), invoke).drive(
  loadOf({ url: 'http://127.0.0.1:9', open, seconds: Number(seconds), connections: 10_000 }),
);
const tookMs = performance.now() - from;
close();

const peakMb = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

const parts = Array.from({ length: Number(count) }, (_, agent) => {
  const latency = histogram();
  for (let i = 0; i < 3000; i++) latency.record(10 ** (2 + (5 * ((i * 7919 + agent) % 20_000)) / 20_000));
  return { ...load, latency: latency.toData() };
});
const mergedFrom = performance.now();
const merged = mergeLoads('open', parts, 1000);
const mergeMs = performance.now() - mergedFrom;

const buckets = merged.latency.buckets.length;
process.send?.({ calls: load.calls, problem, startSkewMs, tookMs, mergeMs, buckets, peakMb });
