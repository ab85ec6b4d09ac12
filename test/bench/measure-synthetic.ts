import { type Herd, makeHerd } from '../../bench/herd/make-herd.ts';
import { BENCH_OPTIONS } from '../../bench/plan/options.ts';
import { planOf } from '../../bench/plan/plan.ts';
import { resolveWithPreset } from '../../bench/plan/presets.ts';
import { settleOptions } from '../../bench/plan/settle-options.ts';
import type { ScenarioName } from '../../bench/results/names.ts';
import type { BenchResult } from '../../bench/results/result.ts';
import { newCourse } from '../../bench/run/course.ts';
import { withReports } from '../../bench/run/join-reports.ts';
import { runScenario } from '../../bench/run/scenario-rounds.ts';
import { EPOCH_MS, type SyntheticStack, syntheticStack } from './synthetic-stack.ts';
import { virtualClock } from './virtual-clock.ts';

/** Options of the bench by their names, as texts. */
export type Flags = Readonly<Record<string, string>>;

const herds = new Map<string, Herd>();

/** The herd of a size and seed, judged once for all measurements. */
function herdOf(size: number, seed: number): Herd {
  const key = `${size} ${seed}`;
  const herd = herds.get(key) ?? makeHerd(size, seed);
  herds.set(key, herd);
  return herd;
}

/** Measures synthetic stacks by the bench's own scheduling, in virtual time, and asks their hosts for REPORT lines. */
export async function measureSynthetic(
  scenario: ScenarioName,
  flags: Flags,
  kinds: readonly (Partial<SyntheticStack> & { readonly factor: number })[],
) {
  const clock = virtualClock();
  const given = Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, [value]]));
  const options = settleOptions(resolveWithPreset(BENCH_OPTIONS, { flags: given }));
  const stacks = kinds.map((kind, index) => syntheticStack({ name: `s${index}`, clock, ...kind }));
  const courses = stacks.map((stack) => newCourse(scenario, stack));
  let tattoo = 2n ** 60n;
  const world = {
    progress: { step: () => undefined, line: () => undefined, end: () => undefined },
    signal: new AbortController().signal,
    nextTattoo: () => tattoo++,
    now: () => EPOCH_MS + clock.now(),
    steadyNow: clock.now,
    sleep: clock.sleep,
    clock,
  };
  const herd = herdOf(options.herd, options.seed);
  await clock.run(runScenario(courses, herd, options, world, () => undefined));
  const { scenarios, warnings } = await withReports(courses);
  const isRemote = kinds.some((kind) => kind.isRemote);
  const plan = { ...planOf(Object.keys(stacks), options), isRemote };
  const result = { plan, scenarios, coldStarts: [], stacks: [] } as unknown as BenchResult;
  return { courses, scenarios, stacks, warnings, result };
}
