import { join } from 'node:path';
import type { Option } from '@sheep-shed/options';
import { decimalNumber, wholeNumber } from '@sheep-shed/options/readers';
import { renderTable } from '../../bench/reports/table.ts';
import { experiment, ROOT, takeTurns } from '../experiment.ts';
import { type Loaded, load } from '../host/load.ts';
import { type Server, start } from '../host/servers.ts';
import { median } from '../median.ts';

const OPTIONS = {
  rounds: {
    help: 'rounds in which the servers take turns',
    default: 15,
    ...wholeNumber(1, 1_000),
  } satisfies Option<number>,
  seconds: {
    help: 'seconds of load a round and server',
    default: 2,
    ...decimalNumber({ above: 0, to: 3600 }, 'seconds'),
  } satisfies Option<number>,
  warmUp: {
    help: 'seconds of load before, for each of them',
    default: 5,
    ...decimalNumber({ above: 0, to: 3600 }, 'seconds'),
  } satisfies Option<number>,
  connections: {
    help: 'requests under way at once',
    default: 10,
    ...wholeNumber(1, 1_000),
  } satisfies Option<number>,
};
const HEADER = ['server', 'requests/s', 'p50 µs', 'server CPU µs', 'errors'];
/** A cat of one step: its answer is `{"result":1}`. */
const PATH = '/cat?m=0&n=0';

/** The container, records and metrics included, against a bare Node server with the same answer. */
export const container = experiment(OPTIONS, async ({ rounds, seconds, warmUp, connections }, lab) => {
  const { progress, signal, folder, say } = lab;
  const bare = await start('bare Node', (port) => ['lab/container/json-server.ts', port], ROOT, lab, PATH);
  const words = ['src/hosts/cli.ts', 'container', '--function', 'get-cat', '--logs', join(folder, 'logs')];
  const host = await start('container', (port) => [...words, '--port', port], ROOT, lab, PATH);
  const servers = [bare, host];
  const found = await takeTurns(
    servers,
    rounds,
    signal,
    (server, round) => {
      progress.step(`${server.name}, round ${round + 1} of ${rounds}`);
      return load(server, connections, seconds, signal);
    },
    async (round) => {
      if (round === 0) for (const server of servers) await load(server, connections, warmUp, signal);
    },
  );
  say(`${connections} connections:\n${renderTable(HEADER, [...found].map(rowOf))}`);
  const [before = [], after = []] = servers.map((server) => found.get(server));
  const ratioOf = (of: (one: Loaded) => number) => {
    const ratios = after.map((one, i) => of(one) / of(before[i] ?? one)).sort((a, b) => a - b);
    const [low = Number.NaN, high = Number.NaN] = [0.25, 0.75].map(
      (part) => ratios[Math.floor(part * (ratios.length - 1))],
    );
    return `${median(ratios).toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
  };
  say(
    `container over bare Node, median of the rounds (quartiles): requests/s ${ratioOf((one) => one.requestsPerSecond)}, server CPU ${ratioOf((one) => one.serverCpuUs)}\n`,
  );
  for (const server of servers) await server.stop();
});

function rowOf([{ name }, loaded]: readonly [Server, readonly Loaded[]]): string[] {
  const middle = (of: (one: Loaded) => number) => median(loaded.map(of)).toFixed(0);
  return [
    name,
    middle((one) => one.requestsPerSecond),
    middle((one) => one.p50Us),
    middle((one) => one.serverCpuUs),
    String(loaded.reduce((sum, { errors }) => sum + errors, 0)),
  ];
}
