import type { Option } from '@sheep-shed/options';
import { decimalNumber, wholeNumber } from '@sheep-shed/options/readers';
import type { LoadOptions } from '../../bench/load/apply-load.ts';
import { BARE_REQUEST, verifyBare } from '../../bench/load/bare-exchange.ts';
import { engineOf } from '../../bench/load/engine.ts';
import { startBareServer } from '../../bench/load/start-bare-server.ts';
import { renderTable } from '../../bench/reports/table.ts';
import { ENGINE_NAMES, type EngineName } from '../../bench/results/names.ts';
import { loadOn } from '../../bench/run/set-herd.ts';
import { catScenario } from '../../bench/scenarios/cat.ts';
import { localStacks } from '../../bench/stacks/local-stacks.ts';
import { histogramQuantile } from '../../bench/statistics/quantile.ts';
import { experiment, type Lab, ROOT, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';

const OPTIONS = {
  connections: {
    help: 'requests under way at once',
    default: 1,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  rounds: {
    help: 'rounds in which the engines take turns, beside one that does not count',
    default: 15,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  seconds: {
    help: 'seconds of load a round, engine and server',
    default: 0.5,
    ...decimalNumber({ above: 0, to: 60 }, 'seconds'),
  } satisfies Option<number>,
};

/** Aimed at: medians that differ by no more than this share. */
const AIM = 0.1;

type Target = Pick<LoadOptions, 'url' | 'next' | 'verify'>;

/** Both load engines of the bench at the same servers: the medians that they measure. */
export const engines = experiment(OPTIONS, async ({ connections, rounds, seconds }, lab) => {
  const bare = await startBareServer(lab.signal);
  lab.atEnd(bare.close);
  const { stacks, close } = await localStacks(
    ROOT,
    {
      stack: [{ name: 'ts', source: 'ts' }],
      against: undefined,
      host: ['lambda'],
      connections,
      openConnections: connections,
      scenario: ['cat'],
      megapixels: 12,
    },
    lab.progress,
    lab.signal,
  );
  lab.atEnd(close);
  const targets = new Map<string, Target>([
    ['bare server', { url: bare.url, next: () => BARE_REQUEST, verify: verifyBare }],
  ]);
  const atRest = { count: 0, herd: undefined, atOnce: connections };
  for (const stack of stacks)
    targets.set('local-lambda', loadOn(stack, catScenario(3, 8).begin(atRest), 'cat'));
  const rows = [];
  for (const [name, target] of targets) {
    rows.push(await compareMedians(name, { target, connections, rounds, seconds }, lab));
  }
  lab.say(
    `medians of the latency, µs: middle one of ${rounds} rounds of ${seconds} s, connections: ${connections}\n`,
  );
  const header = ['server', ...ENGINE_NAMES, 'autocannon over bench', 'range of rounds', 'aim: 0.90 to 1.10'];
  lab.say(renderTable(header, rows));
});

interface Plan {
  readonly target: Target;
  readonly connections: number;
  readonly rounds: number;
  readonly seconds: number;
}

async function compareMedians(
  name: string,
  { target, connections, rounds, seconds }: Plan,
  { progress, signal }: Lab,
): Promise<string[]> {
  const measure = async (engine: EngineName, round: number) => {
    progress.step(`${engine} at ${name}, round ${round} of ${rounds}`);
    const apply = await engineOf(engine);
    const load = { ...target, connections, seconds, calls: undefined, timeoutSeconds: 10, signal };
    const { latency, lost, wrong } = await apply({ ...load, onProgress: () => {} });
    if (lost + wrong > 0)
      throw new Error(`${engine} at ${name}: ${lost} requests lost, ${wrong} answers wrong`);
    return histogramQuantile(latency, 0.5) ?? Number.NaN;
  };
  const found = await takeTurns(ENGINE_NAMES, rounds + 1, signal, measure);
  // Client and server compile in the first round.
  const counted = ENGINE_NAMES.map((engine) => found.get(engine)?.slice(1) ?? []);
  const [ours = [], theirs = []] = counted;
  const ratios = theirs.map((one, i) => one / (ours[i] ?? Number.NaN));
  const ratio = median(ratios);
  return [
    name,
    ...counted.map((all) => median(all).toFixed(0)),
    ratio.toFixed(2),
    `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
    Math.abs(ratio - 1) <= AIM ? 'reached' : 'MISSED',
  ];
}
