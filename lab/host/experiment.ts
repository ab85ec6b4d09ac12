import type { Option } from '@sheep-shed/options';
import { decimalNumber, wholeNumber } from '@sheep-shed/options/readers';
import { renderTable } from '../../bench/reports/table.ts';
import { experiment, type Lab, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';
import { type Loaded, load } from './load.ts';
import { type HostedProject, prepareProject } from './project.ts';
import { type Server, startBare, startLocalLambda, startYardstick } from './servers.ts';
import { measureBurst, measureStartup } from './startup.ts';

const OPTIONS = {
  rounds: {
    help: 'rounds in which the servers take turns',
    default: 9,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  seconds: {
    help: 'seconds of load a round, server and number of connections',
    default: 2,
    ...decimalNumber({ above: 0, to: 3600 }, 'seconds'),
  } satisfies Option<number>,
  warmUp: {
    help: 'seconds of load before, for each of them',
    default: 5,
    ...decimalNumber({ above: 0, to: 3600 }, 'seconds'),
  } satisfies Option<number>,
};
const STARTS = 20;
const BURST = 50;
const BURSTS = 5;
const CPU = ['server CPU µs', 'client CPU µs'];
const HEADER = ['server', 'requests/s', 'p50 µs', ...CPU, '× serverless-offline', 'range', 'errors'];

/** local-lambda against serverless-offline and a bare Node server: throughput, latency, starts. */
export const host = experiment(OPTIONS, async (options, lab) => {
  const project = await prepareProject(lab);
  const yardstick = await startYardstick(project, lab);
  const bare = await startBare(lab);
  const ours = await startLocalLambda('lambda', project, lab);
  const all = [yardstick, ours, await startLocalLambda('eager-reuse', project, lab), bare];
  for (const connections of [1, 10, 50]) {
    const found = await measureLoad(all, connections, options, lab);
    const base = found.get(yardstick) ?? [];
    const rows = [...found].map(([server, loaded]) => rowOf(server, loaded, base));
    lab.say(`${connections} connections:\n${renderTable(HEADER, rows)}`);
    const bares = found.get(bare) ?? [];
    const over = found.get(ours)?.map(({ p50Us }, i) => p50Us - (bares[i]?.p50Us ?? 0)) ?? [];
    lab.say(`local-lambda (lambda) over bare Node, p50: ${median(over).toFixed(0)} µs\n`);
  }
  for (const server of all) await server.stop();
  await measureStarts(project, lab);
});

function measureLoad(
  servers: readonly Server[],
  connections: number,
  { rounds, seconds, warmUp }: { rounds: number; seconds: number; warmUp: number },
  { progress, signal }: Lab,
) {
  const measure = (server: Server, round: number) => {
    progress.step(`${server.name}, ${connections} connections, round ${round + 1} of ${rounds}`);
    return load(server, connections, seconds, signal);
  };
  // A server that starts workers for its connections would show that, not what it serves.
  const warm = async (round: number) => {
    if (round === 0) for (const server of servers) await load(server, connections, warmUp, signal);
  };
  return takeTurns(servers, rounds, signal, measure, warm);
}

function rowOf({ name }: Server, loaded: readonly Loaded[], base: readonly Loaded[]): string[] {
  const middle = (of: (one: Loaded) => number) => median(loaded.map(of)).toFixed(0);
  const ratios = loaded.map((one, i) => one.requestsPerSecond / (base[i]?.requestsPerSecond ?? Number.NaN));
  return [
    name,
    middle((one) => one.requestsPerSecond),
    middle((one) => one.p50Us),
    middle((one) => one.serverCpuUs),
    middle((one) => one.clientCpuUs),
    median(ratios).toFixed(2),
    `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
    String(loaded.reduce((sum, { errors }) => sum + errors, 0)),
  ];
}

async function measureStarts({ packageDir }: HostedProject, lab: Lab): Promise<void> {
  const { bareMs, initMs } = await measureStartup(packageDir, STARTS, lab);
  const [bare, init] = [median(bareMs), median(initMs)];
  const over = `${(init - bare).toFixed(1)} ms over it`;
  lab.say(`bare Node ${bare.toFixed(1)} ms, init with an empty handler ${init.toFixed(1)} ms: ${over}`);
  const bursts = [];
  for (let i = 0; i < BURSTS; i++) bursts.push(await measureBurst(packageDir, BURST, lab.folder));
  lab.say(
    `${BURST} requests at once into an empty pool (eager-reuse): ${median(bursts).toFixed(0)} ms to the last answer`,
  );
}
