import { join } from 'node:path';
import { startDynamodb } from '@sheep-shed/local-lambda/dynamodb';
import { type HerdSheep, makeHerd } from '../../bench/herd/make-herd.ts';
import { type Lab, ROOT } from '../experiment.ts';
import { openCallMeter } from './call-meter.ts';
import type { MeasuredCall } from './calls.ts';
import type { MeasuredFunction } from './functions.ts';
import type { Packaged } from './package-functions.ts';
import { fillTable } from './tables.ts';

/** Calls of one function. */
export interface MeasuredCalls {
  /** What they ran on, such as `Python 3.12`. */
  readonly on: string;
  readonly first: readonly MeasuredCall[];
  readonly warm: readonly MeasuredCall[];
  /** Warm calls on a herd of whose primes half are eaten; those of `warm` find none. */
  readonly half?: readonly MeasuredCall[];
}

/** What runs the functions of the published figures. */
export interface Measurer {
  /** Warm calls, then first ones. @throws Error when a call fails. */
  measure(one: MeasuredFunction, warmCalls: number, firstCalls: number): Promise<MeasuredCalls>;
  readonly notices: readonly string[];
}

const RUNS_ON: Readonly<Record<MeasuredFunction['language'], (python: string | undefined) => string>> = {
  rust: () => 'Rust',
  node: () => `Node ${process.versions.node}`,
  python: (version) => `Python ${version}`,
};
const SHED = 'earlier-sheep';
const ITEMS = 'light-items';
/** Calls that no figure counts, after a function's first one. */
const WARM_UP = 3;

/** Starts the functions, unthrottled, with tables of their own. */
export async function openMeasurer({ folder, nameOf }: Packaged, lab: Lab): Promise<Measurer> {
  const dynamodb = await startDynamodb();
  lab.atEnd(dynamodb.close);
  const environment = {
    BACKEND_TABLE_NAME: SHED,
    DYNAMODB_TABLE_NAME: ITEMS,
    ALLOW_ORIGIN: '*',
    NODE_PATH: join(ROOT, 'node_modules'),
  };
  const settings = { packageDir: folder, logsDir: join(folder, 'logs'), environment };
  const meter = await openCallMeter(settings, dynamodb.endpoint, lab);
  const itemKey = [['pk', 'S'] as const, ['sk', 'S'] as const];
  await fillTable(dynamodb, ITEMS, itemKey, []);
  await fillTable(dynamodb, SHED, [['tattoo', 'N']], []);
  let calls = 0;
  const call = (one: MeasuredFunction, isFirst: boolean) => {
    lab.signal.throwIfAborted();
    calls += 1;
    return meter.call(nameOf(one), one.event(calls), isFirst);
  };

  return {
    notices: meter.notices,
    measure: async (one, warmCalls, firstCalls) => {
      const { sheep, primes } = makeHerd(one.herd, 1);
      const mixed = one.foundPrimes !== undefined;
      const halfOfPrimes = primes.slice(primes.length >> 1);
      if (one.herd > 0) await fillTable(dynamodb, SHED, [], sheep);
      const take = async (count: number, what: string, isFirst: boolean, before?: readonly HerdSheep[]) => {
        const found: MeasuredCall[] = [];
        for (let i = 0; i < count; i++) {
          lab.progress.step(`${one.name}: ${what} ${i + 1} of ${count}`);
          if (before !== undefined) await fillTable(dynamodb, SHED, [], before);
          found.push(await call(one, isFirst));
        }
        return found;
      };
      // What the scenario of the sheep has added is eaten too.
      await take(1, 'first call', true);
      await take((one.warmUp ?? WARM_UP) + (mixed ? primes.length : 0), 'warm-up', false);
      const warm = await take(warmCalls, 'warm call', false);
      const half =
        mixed && (await take(Math.ceil(warmCalls / 2), 'call on half of the primes', false, halfOfPrimes));
      const first = await take(firstCalls, 'first call', true, mixed ? primes : undefined);
      return { on: RUNS_ON[one.language](meter.python), first, warm, ...(half !== false && { half }) };
    },
  };
}
