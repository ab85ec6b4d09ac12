import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeHerd } from '../../../bench/herd/make-herd.ts';
import type { BenchRequest } from '../../../bench/load/exchange.ts';
import { csvOf, sheepOf } from '../../../bench/scenarios/flock-file.ts';
import { flockFileOf, importScenario } from '../../../bench/scenarios/import.ts';

const ROWS = 3;
const herd = makeHerd(2, 1);
const REPORT = 'line,field,value,reason\r\n5,weight,1,weight must be …\r\n';

function begin(isFaulty: boolean) {
  let tattoo = 10n;
  const pass = importScenario(ROWS, () => tattoo++, isFaulty).begin({ count: 2, herd, atOnce: 1 });
  const answer = (request: BenchRequest, found: object) =>
    pass.verify(request, { status: 200, body: JSON.stringify(found) });
  return { pass, answer };
}

test('files hold sheep of their own, and the wrong row alone is reported', () => {
  const { pass, answer } = begin(true);
  const [first, second] = [pass.next(), pass.next()].map(flockFileOf);
  assert.ok(first && second);
  assert.equal(second.first, first.first + BigInt(ROWS) + 1n);
  assert.match(csvOf(first), /^tattoo,weight\n(\d+,\d{11,12}\n){3}13,1\n$/);
  const request = pass.next();
  assert.equal(answer(request, { added: ROWS, refused: 1, report: REPORT }), undefined);
  for (const report of [undefined, '', REPORT.replace('5,', '4,'), `${REPORT}6,tattoo,x,no\r\n`]) {
    assert.match(
      answer(request, { added: ROWS, refused: 1, report }) ?? '',
      /errors report must tell line 5/,
    );
  }
});

test('a file without wrong rows has no report, and each of its rows is counted', () => {
  const { pass, answer } = begin(false);
  const request = pass.next();
  assert.equal(answer(request, { added: ROWS, refused: 0 }), undefined);
  assert.equal(pass.count(), 2 + ROWS);
  assert.equal(pass.rows?.(), ROWS);
  assert.match(answer(request, { added: ROWS - 1, refused: 0 }) ?? '', /expected 200 .*"added":3/);
  assert.match(answer(request, { added: ROWS, refused: 0, report: REPORT }) ?? '', /no errors report/);
});

test('every row must be in the table with its weight, beside the herd and nothing else', () => {
  const { pass, answer } = begin(false);
  const request = pass.next();
  answer(request, { added: ROWS, refused: 0 });
  const sheep = sheepOf(flockFileOf(request));
  const [one, ...others] = sheep;
  assert.ok(one);
  assert.equal(pass.judge?.([...herd.sheep, ...sheep]), undefined);
  assert.match(pass.judge?.([...herd.sheep, ...others]) ?? '', /lacks 1 sheep, such as 10 /);
  const heavier = { ...one, weight: one.weight + 1 };
  assert.match(pass.judge?.([...herd.sheep, ...others, heavier]) ?? '', /sheep 10 of .* which is wrong/);
  const stranger = { ...one, tattoo: 99n };
  assert.match(pass.judge?.([...herd.sheep, ...sheep, stranger]) ?? '', /lacks no sheep, and holds sheep 99/);
});
