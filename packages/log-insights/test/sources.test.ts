import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { globMatcher } from '../src/sources/glob.ts';
import { logFiles } from '../src/sources/log-files.ts';
import { logFolder, readLogFolder } from '../src/sources/log-folder.ts';
import { ALWAYS } from '../src/sources/log-source.ts';
import { eachLine, streamChunks, textChunks } from '../src/sources/text-chunks.ts';
import { createTimestampReader } from '../src/sources/timestamp.ts';
import { UsageError } from '../src/usage-error.ts';

const REPORT =
  'REPORT RequestId: 5d9a8a5e-0f6f-4c3c-9b1e-0123456789ab\tDuration: 8.11 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 23 MB\t';
const STREAM = '2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef';
const QUERY =
  'fields toMillis(@timestamp) as t, @duration, @log, @logStream | sort t | display t, @duration, @log, @logStream';
const TIME = Date.UTC(2026, 0, 31, 10, 0, 0, 123);

async function folderOf(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'insights-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

async function* bytesOf(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

const SHAPES: Readonly<Record<string, readonly [text: string, row: readonly unknown[]]>> = {
  'local-lambda': [`2026-01-31T10:00:00.123Z\t${REPORT}\n`, [TIME, 8.11, null, null]],
  'local-lambda, Windows line ends': [`2026-01-31T10:00:00.123Z\t${REPORT}\r\n`, [TIME, 8.11, null, null]],
  'aws logs tail': [`2026-01-31T10:00:00.123000+00:00 ${STREAM} ${REPORT}\n`, [TIME, 8.11, null, STREAM]],
  'aws logs tail --format short': [`2026-01-31T10:00:00 ${REPORT}\n`, [TIME - 123, 8.11, null, null]],
  'export to S3': [`2026-01-31T10:00:00.123Z ${REPORT}\n`, [TIME, 8.11, null, null]],
  'console, CSV with milliseconds': [`timestamp,message\n${TIME},"${REPORT}\n"\n`, [TIME, 8.11, null, null]],
  'console, CSV with dates': [
    `@timestamp,@message\n2026-01-31 10:00:00.123,"${REPORT}"\n`,
    [TIME, 8.11, null, null],
  ],
  'aws logs filter-log-events': [
    JSON.stringify(
      { events: [{ timestamp: TIME, message: `${REPORT}\n`, logStreamName: STREAM, ingestionTime: TIME }] },
      null,
      4,
    ),
    [TIME, 8.11, null, STREAM],
  ],
  'bare lines': [`${REPORT}\n`, [null, 8.11, null, null]],
  'a last line without line end': [REPORT, [null, 8.11, null, null]],
};

test('REPORT lines are read in every shape in which people have them', async (t) => {
  for (const [name, [text, row]] of Object.entries(SHAPES)) {
    await t.test(name, async (inner) => {
      const fromInput = await logFiles(['-'], { input: bytesOf(text) }).query(QUERY);
      assert.deepEqual(fromInput.rows, [row]);
      const folder = await folderOf(inner, { 'some.log': text });
      const fromFile = await logFiles([join(folder, 'some.log')], { group: '/aws/lambda/x' }).query(QUERY);
      assert.deepEqual(fromFile.rows, [[row[0], row[1], '000000000000:/aws/lambda/x', row[3]]]);
    });
  }
});

test('a log folder gives its groups and streams; other lines are counted, not read', async (t) => {
  const line = `2026-01-31T10:00:00.123Z\t${REPORT}\n`;
  const folder = await folderOf(t, {
    [`aws/lambda/sheep-shed-dev-ts-get-dog/${STREAM}.log`]: `${line}no time\n2026-13-31T10:00:00.123Z\tx\n${line}`,
    [`aws/lambda/other/${STREAM}.log`]: line,
    [`aws/lambda/sheep-shed-dev-ts-get-cat/${STREAM}.log`]: `2026-01-31T10:00:01.000Z\t{"message":"größer"}\n${line}`,
    'aws/lambda/sheep-shed-dev-ts-get-cat/2026/01/31/notes.txt': line,
  });
  const { rows, statistics } = await logFolder(folder).query(QUERY, { groups: ['/aws/lambda/sheep-shed-*'] });
  assert.equal(statistics.skippedLines, 2);
  const log = '000000000000:/aws/lambda/sheep-shed-dev-ts-get-';
  assert.deepEqual(rows, [
    [TIME, 8.11, `${log}cat`, STREAM],
    [TIME, 8.11, `${log}dog`, STREAM],
    [TIME, 8.11, `${log}dog`, STREAM],
    [TIME + 877, null, `${log}cat`, STREAM],
  ]);
  const sink = { stream() {}, chunk() {}, event() {} };
  const reading = await readLogFolder(folder, ['*'], ALWAYS, sink);
  assert.deepEqual([reading.groups.length, reading.files, reading.skippedLines], [3, 3, 2]);
});

test('a file that was last changed before the window is not opened', async (t) => {
  const name = `aws/lambda/x/${STREAM}.log`;
  const folder = await folderOf(t, { [name]: `2026-01-31T10:00:00.123Z\t${REPORT}\n` });
  await utimes(join(folder, name), TIME / 1_000, TIME / 1_000);
  const sink = { stream() {}, chunk() {}, event() {} };
  assert.equal((await readLogFolder(folder, ['*'], { from: TIME - 1_000, to: TIME }, sink)).files, 1);
  assert.equal((await readLogFolder(folder, ['*'], { from: TIME + 1_000, to: TIME + 2_000 }, sink)).files, 0);
});

test('log groups are found wherever they lie, also one within another', async (t) => {
  const line = `2026-01-31T10:00:00.123Z\t${REPORT}\n`;
  const names = [
    'aws/lambda/x',
    'aws/lambda-insights',
    'sheep-shed/container/get-cat',
    'shop',
    'shop/orders',
  ];
  const folder = await folderOf(t, Object.fromEntries(names.map((name) => [`${name}/${STREAM}.log`, line])));
  const query = (group: string) =>
    logFolder(folder).query('fields @log | sort @log | display @log', { groups: [group] });
  const found = async (group: string) => (await query(group)).rows.map(([log]) => String(log).split(':')[1]);
  assert.deepEqual(await found('*'), names.map((name) => `/${name}`).sort());
  assert.deepEqual(await found('/shop*'), ['/shop', '/shop/orders']);
  assert.deepEqual(await found('/aws/lambda/*'), ['/aws/lambda/x']);
});

test('missing folders, groups and files are faults of the command line', async (t) => {
  const folder = await folderOf(t, { [`aws/lambda/x/${STREAM}.log`]: '' });
  const fault = (message: RegExp) => (error: unknown) =>
    error instanceof UsageError && message.test(error.message);
  await assert.rejects(logFolder(join(folder, 'none')).query(QUERY), fault(/none" holds no log groups/));
  await assert.rejects(
    logFolder(folder).query(QUERY, { groups: ['/aws/lambda/y*'] }),
    fault(/No log group of ".*" matches \/aws\/lambda\/y\*/),
  );
  await assert.rejects(logFiles([join(folder, 'z')]).query(QUERY), fault(/z" does not exist/));
  await assert.rejects(logFiles([folder]).query(QUERY), fault(/is a folder, not a log file/));
});

test('text is cut at line ends wherever the blocks of a stream end, also inside a character', async () => {
  const lines = fc.array(
    fc.string({ unit: 'grapheme', maxLength: 40 }).map((line) => line.replace(/[\r\n]/g, '')),
    { maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
      async (list, sizes) => {
        const bytes = Buffer.from(list.map((line) => `${line}\n`).join(''), 'utf8');
        const parts: Uint8Array[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          parts.push(bytes.subarray(at, at + size));
          at += size;
        }
        const found: string[] = [];
        for await (const chunk of streamChunks(bytesOf(...parts), 'test')) {
          eachLine(chunk, (start, end) => found.push(chunk.text.slice(start, end)));
        }
        assert.deepEqual(
          found,
          list.map((line) => line.toWellFormed()).filter((line) => line !== ''),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test('lines longer than a block are read, and lines longer than any event refused', async (t) => {
  const long = 'x'.repeat(3 * 1024 * 1024);
  const folder = await folderOf(t, { long: `a\n${long}\nb\n`, endless: 'x'.repeat(10 * 1024 * 1024) });
  const lengths: number[] = [];
  for await (const chunk of textChunks(join(folder, 'long')))
    eachLine(chunk, (start, end) => lengths.push(end - start));
  assert.deepEqual(lengths, [1, long.length, 1]);
  await assert.rejects(async () => {
    for await (const _ of textChunks(join(folder, 'endless'))) lengths.push(0);
  }, /endless has a line longer than 8 MB/);
});

test('timestamps agree with Date, and nothing else is one', () => {
  const timestampAt = createTimestampReader();
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1970-01-01'), max: new Date('2999-12-31'), noInvalidDate: true }),
      (date) => {
        assert.equal(timestampAt(Buffer.from(`xx${date.toISOString()}`), 2), date.getTime());
      },
    ),
  );
  for (const text of [
    '',
    '2026-01-31T10:00:00Z',
    '2026-01-31 10:00:00.000Z',
    '2026-01-31T10:00:61.000Z',
    '2026-01-31T10:00:0x.000Z',
    '2026-13-31T10:00:00.000Z',
  ]) {
    assert.ok(Number.isNaN(timestampAt(Buffer.from(text), 0)), text);
  }
});

test('a glob matches as in a shell, and special characters stand for themselves', () => {
  const matches = globMatcher(['/aws/lambda/a.b-*-?']);
  assert.deepEqual(
    ['/aws/lambda/a.b-x-1', '/aws/lambda/a.b-x/y-1', '/aws/lambda/aXb-x-1', '/aws/lambda/a.b--'].map(matches),
    [true, true, false, false],
  );
});
