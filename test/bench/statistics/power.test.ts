import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASSUMED_BETWEEN_RUNS } from '../../../bench/analysis/compare.ts';
import { BENCH_OPTIONS } from '../../../bench/plan/options.ts';
import type { RatioInterval } from '../../../bench/statistics/interval.ts';
import { confidenceOfEach } from '../../../bench/statistics/interval.ts';
import { ratioInterval, ratioToFewRuns, ratioToRuns } from '../../../bench/statistics/ratio.ts';
import { normal, seeded } from '../simulation.ts';

/** Spreads of the logarithms: of rounds, and of processes, or runs, among each other. */
const ROUNDS = 0.05;
const PROCESSES = 0.03;
const SCENARIOS = 4;
const BENCHMARKS = 1000;

const DEFAULT_ROUNDS = BENCH_OPTIONS.rounds.default;

/** 5 % by construction, and twice the standard error of what chance adds to it in so many benchmarks. */
const atMost5Percent = (benchmarks: number) => 0.05 * benchmarks + 2 * Math.sqrt(0.0475 * benchmarks);

/** The medians of rounds, each on processes of its own. */
function freshRounds(random: () => number, count: number, level = 1): number[] {
  return Array.from(
    { length: count },
    () => level * Math.exp(ROUNDS * normal(random) + PROCESSES * normal(random)),
  );
}

/** The medians of the rounds of one run, in which something stays the same that is another thing in the next run. */
function roundsOfOneRun(random: () => number, count: number, level = 1): number[] {
  const own = level * Math.exp(PROCESSES * normal(random));
  return Array.from({ length: count }, () => own * Math.exp(ROUNDS * normal(random)));
}

/** The verdicts of four scenarios in each of many benchmarks of two revisions of a stack. */
function against(rounds: number, slower: number, seed: number): RatioInterval[][] {
  const random = seeded(seed);
  return Array.from({ length: BENCHMARKS }, () =>
    Array.from({ length: SCENARIOS }, () =>
      ratioInterval(
        freshRounds(random, rounds, slower),
        freshRounds(random, rounds),
        confidenceOfEach(SCENARIOS),
      ),
    ),
  );
}

test('--against: of equal revisions any of four scenarios is called slower or faster in at most 5 % of the runs', () => {
  for (const rounds of [2, 5, DEFAULT_ROUNDS]) {
    const alarms = against(rounds, 1, rounds).filter((run) =>
      run.some(({ verdict }) => verdict !== 'inconclusive'),
    );
    assert.ok(alarms.length <= atMost5Percent(BENCHMARKS), `${alarms.length} with ${rounds} rounds`);
  }
});

test('--against: the default preset finds a scenario that is 10 % slower in at least 9 of 10 runs', () => {
  const found = against(DEFAULT_ROUNDS, 1.1, 2)
    .flat()
    .filter(({ verdict }) => verdict === 'slower');
  assert.ok(found.length >= 0.9 * SCENARIOS * BENCHMARKS, `${found.length} of ${SCENARIOS * BENCHMARKS}`);
});

test('the difference that is named as the smallest one found is found in 9 of 10 benchmarks', () => {
  for (const rounds of [3, 5, DEFAULT_ROUNDS]) {
    const named = against(rounds, 1, rounds + 40)
      .flat()
      .map(({ detectable }) => detectable)
      .sort((one, other) => one - other);
    // What a run names varies with the spread that it happens to see; the middle is what it names as a rule.
    const typical = named[named.length >> 1] ?? Number.NaN;
    const found = against(rounds, typical, rounds + 60)
      .flat()
      .filter(({ verdict }) => verdict === 'slower');
    const share = found.length / named.length;
    assert.ok(share > 0.87 && share < 0.93, `${share} of ${typical} with ${rounds} rounds`);
  }
});

test('a later run of the same code is called slower or faster in at most 5 % of the comparisons', () => {
  for (const rounds of [5, 15]) {
    for (const runs of [1, 2, 3, 5, 10]) {
      const random = seeded(rounds * 100 + runs);
      let alarms = 0;
      for (let benchmark = 0; benchmark < BENCHMARKS; benchmark++) {
        const verdicts = Array.from({ length: SCENARIOS }, () => {
          const after = roundsOfOneRun(random, rounds);
          const before = Array.from({ length: runs }, () => roundsOfOneRun(random, rounds));
          return runs < 3
            ? ratioToFewRuns(after, before, ASSUMED_BETWEEN_RUNS, confidenceOfEach(SCENARIOS))
            : ratioToRuns(meanOf(after), before.map(meanOf), confidenceOfEach(SCENARIOS));
        });
        if (verdicts.some(({ verdict }) => verdict !== 'inconclusive')) alarms++;
      }
      assert.ok(alarms <= atMost5Percent(BENCHMARKS), `${alarms} with ${runs} runs of ${rounds} rounds`);
    }
  }
});

function meanOf(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
