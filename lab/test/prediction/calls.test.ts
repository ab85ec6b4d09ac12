import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Passed, piecesOf, typicalCall } from '../../prediction/calls.ts';

const sent = (timeMs: number, cpuMs: number): Passed => ({
  direction: 'sent',
  fromService: false,
  timeMs,
  cpuMs,
});
const answered = (timeMs: number, cpuMs: number, fromService = true): Passed => ({
  ...sent(timeMs, cpuMs),
  direction: 'answered',
  fromService,
});

test('a call is split where the function waits for an answer, and its CPU time is that of the record', () => {
  const passed = [
    sent(10, 105),
    answered(12, 105, false),
    ...[sent(14, 107), sent(15, 108)],
    ...[answered(16, 108, false), answered(20, 108)],
    answered(21, 109),
  ];
  assert.deepEqual(piecesOf(passed, { cpuMs: 12, startCpuMs: 100, endCpuMs: 113 }), [
    { kind: 'cpu', ms: 5 },
    { kind: 'network', ms: 2 },
    { kind: 'cpu', ms: 3 },
    { kind: 'service', ms: 5 },
    { kind: 'cpu', ms: 4 },
  ]);
  // Of a first call what came before its first words is not known but by the total.
  const [first, ...rest] = piecesOf(passed, { cpuMs: 30, startCpuMs: undefined, endCpuMs: 113 });
  assert.deepEqual(first, { kind: 'cpu', ms: 22 });
  assert.equal(rest.length, 4);
  assert.deepEqual(piecesOf([], { cpuMs: 7, startCpuMs: 1, endCpuMs: 9 }), [{ kind: 'cpu', ms: 7 }]);
});

test('the typical call is the median of those of an undisturbed processor', () => {
  const call = (cpuMs: number, speedMs: number) => ({
    cpuMs,
    speedMs,
    durationMs: cpuMs,
    connections: 0,
    pieces: [
      { kind: 'cpu', ms: cpuMs },
      { kind: 'service', ms: 3 },
    ] as const,
  });
  const calls = [call(40, 8), call(21, 4), call(19, 4), call(20, 5), call(90, 9)];
  assert.equal(typicalCall(calls, 4).cpuMs, 20);
  assert.equal(typicalCall([call(40, 8), call(30, 7)], 4).cpuMs, 30, 'where none was undisturbed');
  assert.throws(() => typicalCall([], 4), RangeError);
});
