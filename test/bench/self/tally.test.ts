import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tallyOf, verdictsOf } from '../../../bench/self/tally.ts';
import { sampleResult } from '../sample-result.ts';

test('the verdicts are those of the reports, one a scenario', () => {
  const result = sampleResult();
  const verdicts = verdictsOf(result);
  assert.deepEqual(
    verdicts.map(({ scenario }) => scenario),
    [...new Set(result.scenarios.map(({ scenario }) => scenario))],
  );
  for (const { low, ratio, high } of verdicts) assert.ok(low <= ratio && ratio <= high);
});

test('a result that cannot be judged is an error and no agreement', () => {
  const result = sampleResult();
  const scenarios = result.scenarios.map((one) => ({ ...one, rounds: [] }));
  assert.throws(
    () => verdictsOf({ ...result, scenarios }),
    /cannot be judged: no round was finished on both/,
  );
});

test('a tally counts each verdict and tells the typical width', () => {
  const of = (verdict: 'faster' | 'inconclusive', high: number) =>
    [{ scenario: 'cat', ratio: 1, low: 1 / high, high, verdict }] as const;
  assert.deepEqual(tallyOf([of('inconclusive', 1.2), of('faster', 1.3), of('inconclusive', 1.1)]), [
    ['cat', '2 of 3', '1', '0', '×÷ 1.20'],
  ]);
});
