import assert from 'node:assert/strict';
import { appendFile, mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { listGroups, listStreams } from '../../src/logs-api/groups-on-disk.ts';
import { mergeLines } from '../../src/logs-api/merge-lines.ts';
import { endOf, linesBefore, linesFrom, placeOfTime } from '../../src/logs-api/stream-lines.ts';
import { temporaryFolder } from '../fixture-package.ts';

const START = Date.parse('2026-11-21T10:00:00.000Z');
const ID = 'a'.repeat(32);
const lineOf = (n: number, message: string) => `${new Date(START + n * 1_000).toISOString()}\t${message}\n`;

test('a stream of several files is read from each place, forwards and backwards', async (t) => {
  const root = await temporaryFolder(t);
  const day = join(root, 'aws/lambda/a/2026/11/21');
  await mkdir(day, { recursive: true });
  // Some lines are longer than the blocks that files are read in.
  const messages = Array.from(
    { length: 3_000 },
    (_, n) => `${n}:${'ü'.repeat(n % 700 === 0 ? 90_000 : n % 50)}`,
  );
  const lines = messages.map((message, n) => lineOf(n, message));
  const parts: readonly (readonly [suffix: string, lines: readonly string[], last: number])[] = [
    ['', lines.slice(0, 1_000), 999],
    ['~0002', ['no event\n', ...lines.slice(1_000, 2_000)], 1_999],
    ['~0003', lines.slice(2_000), 2_999],
  ];
  for (const [suffix, held, last] of parts) {
    const path = join(day, `[$LATEST]${ID}${suffix}.log`);
    await writeFile(path, held.join(''));
    // When its last line was written.
    await utimes(path, new Date(), new Date(START + last * 1_000));
  }
  // It is still being written.
  await appendFile(join(day, `[$LATEST]${ID}~0003.log`), lineOf(9_999, 'torn').slice(0, -1));

  assert.deepEqual(listGroups(root), ['/aws/lambda/a']);
  const [stream] = listStreams(root, '/aws/lambda/a');
  assert.ok(stream !== undefined);
  assert.equal(stream.name, `2026/11/21/[$LATEST]${ID}`);
  const forwards = [...linesFrom(stream, 0)];
  assert.deepEqual(
    forwards.map(({ message }) => message),
    messages,
  );
  const backwards = [...linesBefore(stream, endOf(stream))];
  assert.deepEqual(backwards.reverse(), forwards);
  for (const at of [1, 701, 999, 1_000, 1_001, 2_999]) {
    const { start = 0, timeMs = 0 } = forwards[at] ?? {};
    assert.equal(linesFrom(stream, start).next().value?.message, messages[at]);
    assert.equal(linesBefore(stream, start).next().value?.message, messages[at - 1]);
    const place = placeOfTime(stream, timeMs);
    assert.ok(place <= start);
    // No more than a minute and a few blocks too early: the longest lines are 180 kB.
    const [early] = linesFrom(stream, place);
    assert.ok(
      timeMs - (early?.timeMs ?? 0) <= 60_000 + 800_000,
      `${at}: ${timeMs - (early?.timeMs ?? 0)} ms`,
    );
  }
});

test('streams are merged by time, and a page goes on behind its last event', async (t) => {
  const root = await temporaryFolder(t);
  for (let s = 0; s < 5; s += 1) {
    const day = join(root, `aws/lambda/a/2026/11/2${s}`);
    await mkdir(day, { recursive: true });
    const own = Array.from({ length: 40 }, (_, n) => lineOf(Math.floor((n * 5 + s) / 3), `${s}.${n}`));
    await writeFile(join(day, `[$LATEST]${ID}.log`), own.join(''));
  }
  const streams = listStreams(root, '/aws/lambda/a');
  const all = [...mergeLines(streams, START, undefined)].map(({ stream, line }) => ({ stream, ...line }));
  assert.equal(all.length, 200);
  const key = (one: (typeof all)[number]) =>
    `${one.timeMs} ${one.stream} ${String(one.start).padStart(20, '0')}`;
  assert.deepEqual(all.map(key), all.map(key).sort());
  const { timeMs = 0, stream = '', start = 0 } = all[77] ?? {};
  const rest = [...mergeLines(streams, timeMs, { timeMs, stream, start })];
  assert.deepEqual(
    rest.map(({ line }) => line.message),
    all.slice(78).map(({ message }) => message),
  );
});
