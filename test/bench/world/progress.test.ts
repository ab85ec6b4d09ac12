import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { timetable } from '../../../bench/plan/timetable.ts';
import { progressOn, sayDuration, withTimeLeft } from '../../../bench/world/progress.ts';

function recorded(isTTY: boolean) {
  const texts: string[] = [];
  const clock = { now: 0 };
  const output = { isTTY, columns: 20, write: (text: string) => texts.push(text) };
  return { texts, clock, progress: progressOn(output, () => clock.now) };
}

test('without a terminal steps get a line at most every 10 s, and lines always', () => {
  const { texts, clock, progress } = recorded(false);
  for (clock.now = 0; clock.now < 25_000; clock.now += 250) progress.step(`at ${clock.now}`);
  progress.line('over');
  progress.end();
  assert.deepEqual(texts, ['at 0\n', 'at 10000\n', 'at 20000\n', 'over\n']);
});

test('on a terminal one line is rewritten and never wraps', () => {
  const { texts, progress } = recorded(true);
  progress.step('a step that is longer than the terminal is wide');
  progress.line('stays');
  progress.end();
  assert.deepEqual(texts, ['\r\x1b[2Ka step that is long', '\r\x1b[2Kstays\n', '\r\x1b[2K']);
});

test('steps tell the time that is left', () => {
  const { texts, progress } = recorded(false);
  withTimeLeft(progress, () => 41.3).step('cat on ts');
  assert.deepEqual(texts, ['cat on ts · about 42 s left\n']);
  assert.deepEqual([0.4, 99, 150, 3600].map(sayDuration), [
    'a moment',
    'about 99 s',
    'about 3 min',
    'about 60 min',
  ]);
});

test('a timetable learns its pace, counts down in between, and is never negative', () => {
  let now = 0;
  const { finish, secondsLeft } = timetable(100, () => now);
  assert.equal(secondsLeft(), 100);
  now = 45_000;
  finish(20);
  // (45 + 5) / (20 + 5) = twice as slow as estimated.
  assert.equal(secondsLeft(), 160);
  now += 10_000;
  assert.equal(secondsLeft(), 150);
  now += 500_000;
  assert.equal(secondsLeft(), 0);
});

test('a timetable whose parts take what was estimated tells the rest of the estimate', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 20 }), (parts) => {
      let now = 0;
      let left = parts.reduce((sum, part) => sum + part, 0);
      const { finish, secondsLeft } = timetable(left, () => now);
      for (const part of parts) {
        now += part * 1000;
        finish(part);
        left -= part;
        assert.ok(Math.abs(secondsLeft() - left) < 1e-6);
      }
    }),
  );
});
