import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleResult } from '../../test/bench/sample-result.ts';
import { conclusionOf, tallyOf, verdictsOf } from '../self/tally.ts';

test('the verdicts are those of the reports, one a scenario', () => {
  const result = sampleResult();
  const verdicts = verdictsOf(result);
  assert.deepEqual(
    verdicts.map(({ scenario }) => scenario),
    [...new Set(result.scenarios.map(({ scenario }) => scenario))],
  );
  for (const { figures } of verdicts) assert.ok(figures !== undefined && figures.low <= figures.high);
});

test('a scenario that cannot be judged is no agreement', () => {
  const result = sampleResult();
  const scenarios = result.scenarios.map((one) => ({ ...one, rounds: [] }));
  const verdicts = verdictsOf({ ...result, scenarios });
  assert.ok(verdicts.length > 0 && verdicts.every(({ figures }) => figures === undefined));
  assert.deepEqual(tallyOf([[{ scenario: 'dog', figures: undefined }]]), [
    ['dog', '0 of 1', '0', '0', '1', '×÷ NaN', 'MISSED'],
  ]);
});

test('a tally counts each verdict and tells the typical width', () => {
  const of = (verdict: 'faster' | 'inconclusive', high: number) =>
    [{ scenario: 'cat', figures: { ratio: 1, low: 1 / high, high, verdict, detectable: high } }] as const;
  assert.deepEqual(tallyOf([of('inconclusive', 1.2), of('faster', 1.3), of('inconclusive', 1.1)]), [
    ['cat', '2 of 3', '1', '0', '0', '×÷ 1.20', 'MISSED'],
  ]);
  assert.equal(conclusionOf(tallyOf([of('inconclusive', 1.2), of('faster', 1.3)])), 'MISSED by cat');
  assert.equal(conclusionOf(tallyOf([of('inconclusive', 1.2)])), 'REACHED by every scenario');
  assert.equal(conclusionOf([]), 'MISSED by all');
});
