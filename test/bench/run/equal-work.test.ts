import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMissing, type MetricName } from '../../../bench/analysis/metrics.ts';
import { ratiosOf } from '../../../bench/analysis/ratios.ts';
import type { BenchAnswer } from '../../../bench/load/exchange.ts';
import type { ScenarioName } from '../../../bench/results/names.ts';
import type { BenchResult } from '../../../bench/results/result.ts';
import { type Flags, measureSynthetic as measure } from '../measure-synthetic.ts';

/** How often a stack takes the time of the first one, as the bench tells it. */
function toldRatio(result: BenchResult, metric: MetricName): number {
  const figures = ratiosOf(result, metric)[0]?.figures;
  assert.ok(figures !== undefined && !isMissing(figures), JSON.stringify(figures));
  return figures.ratio;
}

const FACTORS = [1, 1.05, 4, 40];
const ROWS: readonly [scenario: ScenarioName, flags: Flags][] = [
  ['wolf', { duration: '0.5' }],
  ['wolf', { duration: '2' }],
  ['wolf', { duration: '8' }],
  ['wolf', { duration: '2', herd: '300' }],
  ['wolf', { duration: '2', connections: '2' }],
  ['wolf', { duration: '1', connections: '10', warmUp: '0.1' }],
  ['wolf', { calls: '100' }],
  ['wolf', { calls: '103', connections: '7', freshEvery: '2' }],
  ['wolf', { rate: '3', duration: '20' }],
  ['wolf', { rate: '40', duration: '5' }],
  ['wolf', { rate: '25', duration: '10', arrivals: 'poisson' }],
  ['dog', { duration: '1' }],
  ['dog', { duration: '1', connections: '10', warmUp: '0.1' }],
  ['dog', { rate: '50', duration: '2', arrivals: 'poisson' }],
];

/** Measures before a test is registered: from then on the runner follows every promise, which takes as long again. */
async function measureRow([scenario, flags]: (typeof ROWS)[number]) {
  const measured = [];
  for (const factor of FACTORS) {
    measured.push({ factor, ...(await measure(scenario, flags, [{ factor: 1 }, { factor }])) });
  }
  return measured;
}
const measuredRows = [];
for (const row of ROWS) measuredRows.push({ row, measured: await measureRow(row) });
const ofOneConnection = await measure('wolf', { duration: '1' }, [{ factor: 1 }, { factor: 40 }]);

for (const { row, measured } of measuredRows) {
  const [scenario, flags] = row;
  const plan = Object.entries(flags).map((pair) => pair.join(' '));
  test(`${scenario}, ${plan.join(', ')}: a stack that takes so many times the time is told to`, () => {
    for (const { factor, scenarios, result } of measured) {
      for (const { violations, rounds } of scenarios) {
        assert.deepEqual(violations, []);
        assert.deepEqual(
          rounds.flatMap(({ brokenOff, load }) => [brokenOff ?? [], load.firstWrong].flat()),
          [],
        );
      }
      const told = toldRatio(result, 'p50');
      assert.ok(Math.abs(told / factor - 1) < 0.02, `${factor} was told as ${told}`);
      if (flags['rate'] !== undefined) continue;
      const throughput = toldRatio(result, 'throughput');
      assert.ok(Math.abs(throughput / factor - 1) < 0.02, `${factor} was told as ${throughput} by calls/s`);
    }
  });
}

test('every counted raid over one connection tests the same weights', () => {
  const { stacks, scenarios } = ofOneConnection;
  stacks.forEach(({ divisions }, index) => {
    const calls = scenarios[index]?.rounds.reduce((sum, { load }) => sum + load.calls, 0) ?? 0;
    assert.ok(calls > 0 && calls < divisions.length);
    assert.equal(new Set(divisions.slice(-1)).size, 1);
    // Those that were followed one by one come first, and find ever fewer.
    const most = divisions.filter((one) => one === divisions.at(-1)).length;
    assert.equal(
      most,
      divisions.length - 3,
      'two on the whole herd, of which one finds all, and two on the rest',
    );
  });
});

const never = (): BenchAnswer => ({ status: 404, body: '{"code":"NO_FITTING_SHEEP"}' });
const always = (): BenchAnswer => ({ status: 204, body: '' });
const lightest = (shed: Map<bigint, number>): BenchAnswer => {
  const [tattoo] = [...shed].sort(([, a], [, b]) => a - b)[0] ?? [];
  if (tattoo !== undefined) shed.delete(tattoo);
  return { status: 204, body: '' };
};

for (const [what, raid] of [
  ['finds nothing', never],
  ['eats nothing', always],
  ['eats the wrong sheep', lightest],
] as const) {
  test(`a wolf that always ${what} does not verify, over one connection and over many`, async () => {
    for (const connections of ['1', '20']) {
      const { scenarios } = await measure('wolf', { calls: '40', connections }, [{ factor: 1, raid }]);
      const [{ violations, rounds }] = scenarios as [(typeof scenarios)[number]];
      assert.ok(violations.length > 2, violations.join('\n'));
      if (connections === '1' && raid === never) {
        assert.ok(rounds.every(({ load }) => load.wrong === load.calls));
      }
    }
  });
}

test('where the table cannot be written, dog and wolf are measured and not compared', async () => {
  for (const scenario of ['dog', 'wolf'] as const) {
    const kinds = [{ factor: 1 }, { factor: 4, hasTable: false }];
    const { scenarios, result } = await measure(
      scenario,
      { calls: '20', rounds: '5', herd: '20', warmUp: '0' },
      kinds,
    );
    assert.deepEqual(
      scenarios.map(({ incomparable }) => incomparable === undefined),
      [true, false],
    );
    assert.ok(scenarios.every(({ rounds }) => rounds.every(({ load }) => load.calls === 4)));
    const figures = ratiosOf(result, 'p50')[0]?.figures;
    assert.deepEqual(figures, { missing: scenarios[1]?.incomparable });
  }
});
