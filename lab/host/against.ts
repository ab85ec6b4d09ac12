import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Option, OptionError } from '@sheep-shed/options';
import { decimalNumber, risingNumbers, SWITCH, wholeNumber } from '@sheep-shed/options/readers';
import { renderTable } from '../../bench/reports/table.ts';
import { experiment, type Lab, ROOT, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';
import { type Loaded, load } from './load.ts';
import { residentMb } from './process-figures.ts';
import { prepareProject } from './project.ts';
import { type Server, startLocalLambda } from './servers.ts';

const GIT_LIMIT_MS = 60_000;
const SCALINGS = ['lambda', 'eager-reuse'] as const;
const OPTIONS = {
  against: {
    help: 'a git revision, which runs with the modules of this checkout, or the folder of a checkout with its own',
    default: 'HEAD',
    allowed: 'a git revision or a folder',
    read: ([text = '']: readonly string[]) => (text === '' || text.startsWith('-') ? undefined : text),
  } satisfies Option<string>,
  rounds: {
    help: 'rounds in which the two take turns',
    default: 12,
    ...wholeNumber(1, 1_000),
  } satisfies Option<number>,
  seconds: {
    help: 'seconds of load a round, revision and number of connections',
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
    default: [1, 10, 50],
    ...risingNumbers(10, 1_000),
  } satisfies Option<readonly number[]>,
  together: {
    help: 'load both at once, so that whatever else the machine does slows both alike: trust CPU time then',
    ...SWITCH,
  } satisfies Option<boolean>,
};
const HEADER = ['local-lambda', 'requests/s', 'p50 µs', 'host CPU µs', 'all CPU µs', 'host RSS MB', 'errors'];

/** What a request costs the host in CPU time, this working tree against another revision of it, in turns. */
export const against = experiment(OPTIONS, async (options, lab) => {
  const project = await prepareProject(lab);
  const root = await checkOut(options.against, lab);
  for (const scaling of SCALINGS) {
    const other = await startLocalLambda(scaling, project, lab, {
      root,
      name: `${options.against} ${scaling}`,
    });
    const ours = await startLocalLambda(scaling, project, lab, { name: `here ${scaling}` });
    for (const connections of options.connections) await compare(other, ours, connections, options, lab);
    for (const server of [other, ours]) await server.stop();
  }
});

async function compare(
  other: Server,
  ours: Server,
  connections: number,
  options: LoadOptions,
  lab: Lab,
): Promise<void> {
  const { signal, say } = lab;
  const both = [other, ours];
  for (const server of both) await load(server, connections, options.warmUp, signal);
  const found = await (options.together === true ? loadTogether : loadInTurns)(
    both,
    connections,
    options,
    lab,
  );
  const rows = [...found].map(([server, loaded]) => rowOf(server, loaded));
  say(`${connections} connections:\n${renderTable(HEADER, rows)}`);
  const [before = [], after = []] = [found.get(other), found.get(ours)];
  const ratioOf = (of: (one: Loaded) => number) => {
    const ratios = after.map((one, i) => of(one) / of(before[i] ?? one)).sort((a, b) => a - b);
    const [low, high] = [0.25, 0.75].map(
      (part) => ratios[Math.floor(part * (ratios.length - 1))] ?? Number.NaN,
    );
    return `${median(ratios).toFixed(2)} (${low?.toFixed(2)} to ${high?.toFixed(2)})`;
  };
  say(
    `here over ${other.name}, median of the rounds (quartiles): host CPU ${ratioOf((one) => one.hostCpuUs)}, all CPU ${ratioOf((one) => one.serverCpuUs)}, requests/s ${ratioOf((one) => one.requestsPerSecond)}\n`,
  );
}

interface LoadOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly together: boolean | undefined;
}

function loadInTurns(
  servers: readonly Server[],
  connections: number,
  { rounds, seconds }: LoadOptions,
  { signal, progress }: Lab,
): Promise<ReadonlyMap<Server, readonly Loaded[]>> {
  return takeTurns(servers, rounds, signal, (server, round) => {
    progress.step(`${server.name}, ${connections} connections, round ${round + 1} of ${rounds}`);
    return load(server, connections, seconds, signal);
  });
}

async function loadTogether(
  servers: readonly Server[],
  connections: number,
  { rounds, seconds }: LoadOptions,
  { signal, progress }: Lab,
): Promise<ReadonlyMap<Server, readonly Loaded[]>> {
  const found = new Map(servers.map((server) => [server, [] as Loaded[]]));
  for (let round = 0; round < rounds; round += 1) {
    signal.throwIfAborted();
    progress.step(`both, ${connections} connections, round ${round + 1} of ${rounds}`);
    const loadOne = async (server: Server) =>
      found.get(server)?.push(await load(server, connections, seconds, signal));
    await Promise.all(servers.map(loadOne));
  }
  return found;
}

function rowOf({ name, pid }: Server, loaded: readonly Loaded[]): string[] {
  const middle = (of: (one: Loaded) => number) => median(loaded.map(of)).toFixed(0);
  return [
    name,
    middle((one) => one.requestsPerSecond),
    middle((one) => one.p50Us),
    middle((one) => one.hostCpuUs),
    middle((one) => one.serverCpuUs),
    residentMb(pid).toFixed(0),
    String(loaded.reduce((sum, { errors }) => sum + errors, 0)),
  ];
}

/** The folder of another revision. @throws OptionError when there is none. */
async function checkOut(given: string, { folder, signal }: Lab): Promise<string> {
  if (existsSync(join(given, 'package.json'))) return resolve(given);
  const root = join(folder, 'revision');
  await mkdir(root);
  const archive = join(folder, 'revision.tar');
  const limits = { cwd: ROOT, timeout: GIT_LIMIT_MS, signal };
  const words = ['archive', '--output', archive, `${given}^{tree}`];
  await promisify(execFile)('git', words, limits).catch((error) => {
    throw new OptionError(`--against must be a git revision or the folder of a checkout; got "${given}"`, {
      cause: error,
    });
  });
  await promisify(execFile)('tar', ['xf', archive, '-C', root], limits);
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}
