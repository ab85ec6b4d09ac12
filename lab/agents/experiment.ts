import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Option } from '@sheep-shed/options';
import { decimalNumber, wholeNumber } from '@sheep-shed/options/readers';
import { createFleet } from '../../bench/agents/coordinator/fleet.ts';
import { openInvoke } from '../../bench/agents/coordinator/invoke.ts';
import { serveAgents } from '../../bench/agents/coordinator/open-agents.ts';
import { BARE_REQUEST, verifyBare } from '../../bench/load/bare-exchange.ts';
import { openLoad } from '../../bench/load/open-load.ts';
import { startBareServer } from '../../bench/load/start-bare-server.ts';
import { renderTable } from '../../bench/reports/table.ts';
import type { LoadResult } from '../../bench/results/load-result.ts';
import { histogramQuantile } from '../../bench/statistics/quantile.ts';
import { experiment, type Lab, ROOT, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';

const OPTIONS = {
  rate: {
    help: 'requests a second of all agents together, Poisson',
    default: 500,
    ...decimalNumber({ above: 0, to: 100_000 }, 'requests a second'),
  } satisfies Option<number>,
  rounds: {
    help: 'rounds in which one process, two agents and four take turns, beside one that does not count',
    default: 9,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  seconds: {
    help: 'seconds of load a round',
    default: 3,
    ...decimalNumber({ above: 0, to: 60 }, 'seconds'),
  } satisfies Option<number>,
  many: {
    help: 'agents without load in one coordinator',
    default: 200,
    ...wholeNumber(2, 1000),
  } satisfies Option<number>,
};

const CONNECTIONS = 40;
const ROWS = ['one process', '2 agents', '4 agents'] as const;
type Row = (typeof ROWS)[number];

/** Aimed at: quantiles that differ by no more than this share, and a start within so many milliseconds. */
const AIM = { share: 0.1, skewMs: 20, peakMb: 300, mergeMs: 1000 };

interface Round {
  readonly p50: number;
  readonly p99: number;
  readonly calls: number;
  readonly skewMs: number;
  readonly problem: string | undefined;
}

/** Two and four agents beside one process at the same rate on the bare server; then many agents in one coordinator. */
export const agents = experiment(OPTIONS, async ({ rate, rounds, seconds, many }, lab) => {
  const measure = await openMeasure(rate, seconds, lab);
  for (const row of ROWS) await measure(row, 0);
  const measured = await takeTurns(ROWS, rounds, lab.signal, (row, round) => {
    lab.progress.step(`${row}, round ${round + 1} of ${rounds}`);
    return measure(row, round);
  });
  lab.say(`${rate} requests/s (Poisson), medians of ${rounds} rounds of ${seconds} s in turns\n`);
  lab.say(
    renderTable(
      HEADER,
      ROWS.map((row) => rowOf(row, measured)),
    ),
  );
  const faults = ROWS.flatMap((row) => (measured.get(row) ?? []).flatMap(({ problem }) => problem ?? []));
  for (const fault of new Set(faults)) lab.say(`no measurement: ${fault}`);
  await sayMany(many, lab);
});

const HEADER = [
  'load from',
  'p50 µs',
  'p99 µs',
  'p50 over one process',
  'p99 over one process',
  'calls',
  'start skew ms, most',
  `aim: ${1 - AIM.share} to ${1 + AIM.share}, calls equal, ${AIM.skewMs} ms`,
];

async function openMeasure(rate: number, seconds: number, lab: Lab) {
  const { signal } = lab;
  const bare = await startBareServer(signal);
  lab.atEnd(bare.close);
  const served = await serveAgents(ROOT, lab);
  lab.atEnd(served.close);
  const { functionName, url: endpoint } = served;
  const { invoke, close } = openInvoke({ region: 'local', functionName, endpoint });
  lab.atEnd(close);
  const fleetOf = (count: number) =>
    createFleet({
      description: { count, functionName },
      invoke,
      now: Date.now,
      sleep: (milliseconds, until) => sleep(milliseconds, undefined, until ? { signal: until } : {}),
      close: async () => undefined,
    });
  const fleets = { 'one process': undefined, '2 agents': fleetOf(2), '4 agents': fleetOf(4) };
  return async (row: Row, round: number): Promise<Round> => {
    const plan = { rate, arrivals: 'poisson', seed: round + 1 } as const;
    const load = {
      url: bare.url,
      connections: CONNECTIONS,
      calls: undefined,
      seconds,
      timeoutSeconds: 10,
      onProgress: () => undefined,
      signal,
    };
    const fleet = fleets[row];
    if (fleet === undefined) {
      const alone = { ...load, ...plan, next: () => BARE_REQUEST, verify: verifyBare };
      return roundOf(await openLoad(alone), 0, undefined);
    }
    const bareLoad = { scenario: { name: 'bare' }, reserveTattoos: () => 0n, open: plan } as const;
    const driven = await fleet.drive({ ...load, ...bareLoad });
    return roundOf(driven.load, driven.startSkewMs, driven.problem);
  };
}

function roundOf(load: LoadResult, skewMs: number, problem: string | undefined): Round {
  if (load.wrong + load.lost + load.dropped > 0)
    throw new Error(`${load.wrong} wrong, ${load.lost} lost, ${load.dropped} dropped`);
  const at = (share: number) => histogramQuantile(load.latency, share) ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), calls: load.calls, skewMs, problem };
}

function rowOf(row: Row, measured: ReadonlyMap<Row, readonly Round[]>): string[] {
  const mine = measured.get(row) ?? [];
  const alone = measured.get('one process') ?? [];
  const middle = (of: (round: Round) => number) => median(mine.map(of));
  const over = (of: (round: Round) => number) =>
    median(mine.map((round, i) => of(round) / of(alone[i] ?? round)));
  const [p50, p99] = [over((one) => one.p50), over((one) => one.p99)];
  const skewMs = Math.max(...mine.map((one) => one.skewMs));
  const isEqual = mine.every(({ calls }, i) => calls === alone[i]?.calls);
  const isNear = [p50, p99].every((ratio) => Math.abs(ratio - 1) <= AIM.share);
  const isMet = isNear && isEqual && skewMs <= AIM.skewMs;
  return [
    row,
    middle((one) => one.p50).toFixed(0),
    middle((one) => one.p99).toFixed(0),
    p50.toFixed(2),
    p99.toFixed(2),
    isEqual ? 'equal' : 'differ',
    skewMs.toFixed(1),
    isMet ? 'met' : 'missed',
  ];
}

/** Many agents that follow every message of the protocol and send nothing, in one coordinator of its own. */
async function sayMany(count: number, lab: Lab): Promise<void> {
  lab.progress.step(`${count} agents without load`);
  const start = (file: string, args: readonly string[], execArgv: string[] = []) => {
    const child = fork(join(ROOT, 'test/bench/agents', file), args, { execArgv });
    lab.atEnd(() => child.kill('SIGKILL'));
    return child;
  };
  const { signal } = lab;
  const [{ port }] = await once(start('simulated-lambda.ts', []), 'message', { signal });
  for (const flags of [[], ['--max-semi-space-size=8']]) {
    const coordinator = start('many-agents.ts', [`http://127.0.0.1:${port}`, `${count}`, '5'], flags);
    const [{ peakMb, mergeMs, calls, problem }] = await once(coordinator, 'message', { signal });
    const isMet = peakMb < AIM.peakMb && mergeMs < AIM.mergeMs;
    const node = ['node', ...flags].join(' ');
    lab.say(
      `\n${count} agents, 5 s of the protocol without load (${calls} calls told), ${node}: the coordinator's peak is ${peakMb.toFixed(0)} MB, merging their histograms takes ${mergeMs.toFixed(0)} ms (aim: ${AIM.peakMb} MB, ${AIM.mergeMs} ms: ${isMet ? 'met' : 'missed'})${problem === undefined ? '' : `; ${problem}`}`,
    );
  }
}
