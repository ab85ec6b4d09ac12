import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bandwidthOf } from '../../bench/analysis/prediction/bandwidth.ts';
import { type Piece, throttledCpu } from '../../bench/analysis/prediction/simulate.ts';
import { makeHerd } from '../../bench/herd/make-herd.ts';
import { markdownTable } from '../../bench/reports/markdown.ts';
import type { StackName } from '../../bench/stacks/catalogue.ts';
import { sizedPackage } from '../../bench/stacks/sized-package.ts';
import { quantileOf } from '../../bench/statistics/quantile.ts';
import type { Lab } from '../experiment.ts';
import { median } from '../median.ts';
import { EVENT_OF, FUNCTION_NAMES, type FunctionName } from '../reported-host.ts';
import { openStacks } from '../startup/stacks.ts';
import { openCallMeter } from './call-meter.ts';
import type { MeasuredCall, MeasuredPiece } from './calls.ts';

/** What the enforcement is looked at with. */
export interface EnforcedPlan {
  readonly stacks: readonly StackName[];
  readonly memoryMb: readonly number[];
  readonly calls: number;
}

/** One function at one memory size: its durations under an enforced quota, and those that the model gives its calls. */
export interface EnforcedRow {
  readonly stack: string;
  readonly function: string;
  readonly memoryMb: number;
  readonly cpuMs: number;
  readonly enforcedMs: number;
  readonly predictedMs: number;
  readonly ratio: number;
}

const HERD = 1000;
const WARM_UP = 4;
/** Phases that each call is simulated at. */
const PHASES = 40;

/**
 * Measures the stacks of this project under quotas that control groups enforce, and lets the model predict the same calls
 * from their CPU time and their waits.
 * @throws LocalLambdaError where this machine enforces none.
 */
export async function measureEnforced(
  { stacks, memoryMb: sizes, calls }: EnforcedPlan,
  lab: Lab,
): Promise<readonly EnforcedRow[]> {
  const { packages, tables, environment } = await openStacks(stacks, undefined, lab);
  const endpoint = environment['AWS_ENDPOINT_URL_DYNAMODB'] ?? '';
  const rows: EnforcedRow[] = [];
  for (const [at, [stack, packageDir]] of [...packages].entries()) {
    const take = async (memoryMb: number) => {
      const folder = join(lab.folder, `${stack}-${memoryMb}`);
      const sized = await sizedPackage(packageDir, memoryMb, folder);
      const settings = { packageDir: sized, logsDir: `${folder}-logs`, cpu: 'lambda' as const };
      const meter = await openCallMeter(settings, endpoint, lab);
      const found = new Map<FunctionName, MeasuredCall[]>();
      for (const name of FUNCTION_NAMES) {
        await tables[at]?.load(makeHerd(HERD, 1).sheep);
        const fullName = `sheep-shed-dev-${stack}-${name}`;
        const one = (isFirst: boolean) => meter.call(fullName, EVENT_OF[name](), isFirst);
        await one(true);
        favourOwnGroups();
        for (let i = 0; i < WARM_UP; i++) await one(false);
        const own: MeasuredCall[] = [];
        for (let i = 0; i < calls; i++) {
          lab.signal.throwIfAborted();
          lab.progress.step(`${stack} ${name} at ${memoryMb} MB: call ${i + 1} of ${calls}`);
          own.push(await one(false));
        }
        found.set(name, own);
      }
      await meter.close();
      return found;
    };
    for (const memoryMb of sizes) {
      for (const [name, own] of await take(memoryMb)) {
        rows.push({ stack, function: name, memoryMb, ...comparedWith(own, memoryMb) });
      }
    }
  }
  return rows;
}

/** Durations of calls, and those that the model gives the same calls at all phases; medians. */
export function comparedWith(
  calls: readonly MeasuredCall[],
  memoryMb: number,
): Pick<EnforcedRow, 'cpuMs' | 'enforcedMs' | 'predictedMs' | 'ratio'> {
  const simulated = calls.flatMap(({ pieces }) => simulate(pieces, memoryMb));
  const enforcedMs = median(calls.map(({ durationMs }) => durationMs));
  const predictedMs = median(simulated);
  const cpuMs = median(calls.map((call) => call.cpuMs));
  return { cpuMs, enforcedMs, predictedMs, ratio: predictedMs / enforcedMs };
}

function simulate(pieces: readonly MeasuredPiece[], memoryMb: number): number[] {
  const bandwidth = bandwidthOf(memoryMb);
  const asPieces = pieces.map(({ kind, ms }): Piece => ({ kind: kind === 'cpu' ? 'cpu' : 'wait', ms }));
  return Array.from({ length: PHASES }, (_, k) => {
    const [phase, tick] = [(k + 0.5) / PHASES, ((k * 7 + 0.5) % PHASES) / PHASES];
    return throttledCpu(bandwidth, phase * bandwidth.periodMs, tick * bandwidth.tickMs).run(asPieces);
  });
}

/** Renders the rows and how far off the model is. */
export function renderEnforced(rows: readonly EnforcedRow[]): string {
  const cells = rows.map(({ stack, function: name, memoryMb, cpuMs, enforcedMs, predictedMs, ratio }) => [
    `${stack} ${name}`,
    String(memoryMb),
    ...[cpuMs, enforcedMs, predictedMs].map((ms) => ms.toFixed(1)),
    ratio.toFixed(2),
  ]);
  const off = rows.map(({ ratio }) => Math.max(ratio, 1 / ratio));
  const middle = median(off);
  const within = off.filter((one) => one <= 1.2).length;
  const header = ['function', 'MB', 'CPU, ms', 'enforced, ms', 'predicted, ms', 'ratio'];
  const note = `Off by a factor of ${middle.toFixed(2)} at the median, of ${(quantileOf(off, 0.9) ?? Number.NaN).toFixed(2)} in nine of ten; ${within} of ${off.length} within 20 %. Target (1.20 at the median): ${middle <= 1.2 ? 'met' : '**missed**'}.`;
  return markdownTable({
    title: 'Enforced quota against the model, warm calls, medians',
    header,
    rows: cells,
    note,
  });
}

/** Other programs of a busy machine come after them, so that their quota is what holds them up. */
function favourOwnGroups(root = '/sys/fs/cgroup'): void {
  for (const [parent, file, most] of [
    [join(root, 'cpu'), 'cpu.shares', '262144'],
    [root, 'cpu.weight', '10000'],
  ] as const) {
    const own = namesIn(parent).filter((name) => name.startsWith(`local-lambda-${process.pid}-`));
    for (const name of own) {
      try {
        writeFileSync(join(parent, name, file), most);
      } catch {
        // The group has just ended, or is of the other version.
      }
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
