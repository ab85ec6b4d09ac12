/** `npm run bench:host`: local-lambda against serverless-offline and a bare Node server, in interleaved rounds. */
import { parseArgs } from 'node:util';
import { cpuTimeUs } from './cpu-time.ts';
import { type LoadResult, load, median } from './load.ts';
import { type BenchProject, prepareProject } from './project.ts';
import { measureBurst, measureStartup } from './startup.ts';
import { startOurs, startYardstick, type Target } from './targets.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '2' },
    warmup: { type: 'string', default: '5' },
  },
});
const rounds = positive('--rounds', values.rounds);
const seconds = positive('--seconds', values.seconds);
const warmup = positive('--warmup', values.warmup);

const project = await prepareProject(say);
await throughput(project);
await startup(project);

async function throughput(of: BenchProject): Promise<void> {
  const [yardstick, ours, eager, bare] = await Promise.all([
    startYardstick(of),
    startOurs('lambda', of),
    startOurs('eager-reuse', of),
    startOurs('bare', of),
  ]);
  const all = [yardstick, ours, eager, bare];
  try {
    say('                                                             CPU µs each   over serverless-offline');
    say(
      'connections  server                  requests/s    p50 µs  server  client   median (lowest to highest)',
    );
    for (const connections of [1, 10, 50]) {
      for (const target of all) await load(target.url, connections, warmup);
      const results = await interleave(all, connections);
      for (const target of all) say(row(connections, target, results, yardstick));
      if (connections === 1) say(latencyRow(results, ours, bare));
    }
  } finally {
    await Promise.all(all.map((target) => target.stop()));
  }
}

/** One round of one server, with the CPU time that a request took there and here, in µs. */
interface Round extends LoadResult {
  readonly serverCpuUs: number;
  readonly clientCpuUs: number;
}

/** Each round goes through all servers, every other one backwards, so that a drift of the machine hits all alike. */
async function interleave(all: readonly Target[], connections: number): Promise<Map<Target, Round[]>> {
  const results = new Map<Target, Round[]>(all.map((target) => [target, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const target of round % 2 === 0 ? all : all.toReversed()) {
      results.get(target)?.push(await measure(target, connections));
    }
  }
  return results;
}

async function measure(target: Target, connections: number): Promise<Round> {
  const server = cpuTimeUs(target.pid);
  const client = process.cpuUsage();
  const result = await load(target.url, connections, seconds);
  const { user, system } = process.cpuUsage(client);
  const requests = result.requestsPerSecond * seconds;
  const serverCpuUs = (cpuTimeUs(target.pid) - server) / requests;
  return { ...result, serverCpuUs, clientCpuUs: (user + system) / requests };
}

function row(
  connections: number,
  target: Target,
  results: ReadonlyMap<Target, readonly Round[]>,
  yardstick: Target,
): string {
  const own = results.get(target) ?? [];
  const base = results.get(yardstick) ?? [];
  const cell = (width: number, value: (round: Round) => number): string =>
    median(own.map(value)).toFixed(0).padStart(width);
  const ratios = own.map(({ requestsPerSecond }, i) => requestsPerSecond / (base[i]?.requestsPerSecond ?? 1));
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const errors = own.reduce((sum, result) => sum + result.errors, 0);
  return [
    `${String(connections).padStart(11)}  ${target.name.padEnd(26)}`,
    cell(8, (round) => round.requestsPerSecond),
    cell(10, (round) => round.p50Us),
    cell(8, (round) => round.serverCpuUs),
    cell(8, (round) => round.clientCpuUs),
    `   ${median(ratios).toFixed(2)} (${range})${errors > 0 ? ` ${errors} errors` : ''}`,
  ].join('');
}

function latencyRow(results: ReadonlyMap<Target, readonly Round[]>, ours: Target, bare: Target): string {
  const bares = results.get(bare) ?? [];
  const over = (results.get(ours) ?? []).map(({ p50Us }, i) => p50Us - (bares[i]?.p50Us ?? 0));
  return `own latency over a bare Node server, p50 at 1 connection: ${median(over).toFixed(0)} µs`;
}

async function startup({ packageDir }: BenchProject): Promise<void> {
  const { bareMs, initMs } = await measureStartup(packageDir, 20);
  say(
    `bare Node ${bareMs.toFixed(1)} ms, init with an empty handler ${initMs.toFixed(1)} ms: ${(initMs - bareMs).toFixed(1)} ms over it`,
  );
  const bursts: number[] = [];
  for (let i = 0; i < 5; i += 1) bursts.push(await measureBurst(packageDir, 50));
  say(
    `50 requests at once into an empty pool (eager-reuse): ${median(bursts).toFixed(0)} ms to the last answer`,
  );
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 3_600) return value;
  process.stderr.write(`${name}: must be a number above 0 and up to 3600, is ${text}\n`);
  process.exit(2);
}

function say(message: string): void {
  process.stdout.write(`${message}\n`);
}
