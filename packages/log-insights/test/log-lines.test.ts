import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EventSink } from '../src/evaluate/run.ts';
import { readLogFolder } from '../src/sources/log-folder.ts';
import { readLogLines } from '../src/sources/log-lines.ts';
import { ALWAYS } from '../src/sources/log-source.ts';
import { streamChunks } from '../src/sources/text-chunks.ts';

interface Event {
  readonly time: number;
  readonly message: string;
}

/** Collects the events of a reader; each must lie inside its text. */
function collector(): EventSink & { readonly events: readonly Event[] } {
  const events: Event[] = [];
  let text = '';
  return {
    events,
    stream() {},
    chunk(chunk) {
      text = chunk.text;
      if (chunk.bytes !== null) assert.equal(Buffer.from(chunk.bytes).toString('latin1'), text);
    },
    event(start, end, timestamp) {
      assert.ok(start >= 0 && start <= end && end <= text.length, `${start} to ${end} of ${text.length}`);
      events.push({ time: timestamp, message: text.slice(start, end) });
    },
  };
}

async function* inParts(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(bytes: Uint8Array, sizes: readonly number[]): Promise<readonly Event[]> {
  const sink = collector();
  await readLogLines(streamChunks(inParts(bytes, sizes), 'input'), 'input', null, sink);
  return sink.events;
}

const time = fc.integer({ min: 0, max: Date.UTC(2999, 11, 31) });
const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((text) => text.toWellFormed().replace(/[\r\n]/g, ''))
  .filter((text) => text !== '');
const message = fc.oneof(
  line,
  fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n\n')),
);
const plain = { noNullPrototype: true } as const;
const event = fc.record({ time, message: line }, plain);
const document = fc.record({ time, message }, plain);
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
const stream = '2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef';

/** How events are written in each shape; what a line cannot hold is not given to those of lines. */
const LINES: Readonly<Record<string, (event: Event) => string>> = {
  'local-lambda': (event) => `${new Date(event.time).toISOString()}\t${event.message}\n`,
  'local-lambda, Windows line ends': (event) => `${new Date(event.time).toISOString()}\t${event.message}\r\n`,
  'aws logs tail': (event) =>
    `${new Date(event.time).toISOString().replace('Z', '000+00:00')} ${stream} ${event.message}\n`,
};
const DOCUMENTS: Readonly<Record<string, (events: readonly Event[]) => string>> = {
  'CSV of the console': (events) =>
    `timestamp,message\n${events.map((one) => `${one.time},"${one.message.replaceAll('"', '""')}\n"\n`).join('')}`,
  'CSV with Windows line ends': (events) =>
    `timestamp,message\r\n${events.map((one) => `${one.time},"${one.message.replaceAll('"', '""')}"\r\n`).join('')}`,
  'aws logs filter-log-events': (events) =>
    JSON.stringify(
      { events: events.map((one) => ({ timestamp: one.time, message: `${one.message}\n` })) },
      null,
      4,
    ),
};

test('events that are written in any shape are read back, wherever the blocks end', async (t) => {
  for (const [name, write] of Object.entries(LINES)) {
    await t.test(name, () =>
      fc.assert(
        fc.asyncProperty(fc.array(event, { maxLength: 8 }), sizes, async (events, cuts) => {
          const bytes = Buffer.from(events.map(write).join(''));
          // CSV and JSON are told by their first line, so a message alone must not look like their heads; none does here.
          assert.deepEqual(await read(bytes, cuts), events);
        }),
      ),
    );
  }
  for (const [name, write] of Object.entries(DOCUMENTS)) {
    await t.test(name, () =>
      fc.assert(
        fc.asyncProperty(fc.array(document, { maxLength: 8 }), sizes, async (events, cuts) => {
          assert.deepEqual(await read(Buffer.from(write(events)), cuts), events);
        }),
      ),
    );
  }
});

const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      'timestamp,message',
      '@timestamp,@message',
      '{"events":',
      '{',
      '}',
      '[',
      ']',
      'null',
      '\n',
      '\r\n',
    ),
    fc.constantFrom(
      '"',
      '""',
      ',',
      '\t',
      ' ',
      '1',
      '2026-01-31T10:00:00.123Z',
      '2026-13-31T10:00:00Z',
      '"message"',
      ':',
    ),
    fc.string({ maxLength: 10 }),
  ),
  { maxLength: 30 },
);

test('no input makes a reader fail but with an error that names it', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    pieces.map((list) => Buffer.from(list.join(''))),
    fc.json().map((json) => Buffer.from(`{"events":[${json}]}`)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, sizes, async (input, cuts) => {
      try {
        await read(input, cuts);
      } catch (error) {
        assert.match(error instanceof Error ? error.message : '', /^input /, String(error));
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a CSV record without an end is refused, however long the file goes on', async () => {
  const head = Buffer.from('timestamp,message\n1,"open\n');
  await assert.rejects(read(head, [60]), /^Error: input ends within a quoted message/);
  const lines = Buffer.from('x\n'.repeat(50_000));
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield head;
    for (;;) yield lines;
  }
  await assert.rejects(
    readLogLines(streamChunks(endless(), 'input'), 'input', null, collector()),
    /^Error: input has a CSV record of more than 8 MB/,
  );
});

test('what only looks like a time stays in the message', async () => {
  const [event] = await read(Buffer.from('2026-13-31T10:00:00Z hello\n'), [60]);
  assert.deepEqual(event, { time: Number.NaN, message: '2026-13-31T10:00:00Z hello' });
});

test('a log folder gives each event that local-lambda wrote, and skips every other line', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'insights-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const day = join(folder, 'aws/lambda/x/2026/01/31');
  await mkdir(day, { recursive: true });
  const garbage = line.filter((text) => !/^\d{4}-/.test(text));
  const entry = fc.oneof(event, garbage);
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
      const lines = entries.map((one) =>
        typeof one === 'string' ? one : `${new Date(one.time).toISOString()}\t${one.message}`,
      );
      await writeFile(join(day, 'one.log'), lines.map((one) => `${one}\n`).join(''));
      const sink = collector();
      const { skippedLines } = await readLogFolder(folder, ['*'], ALWAYS, sink);
      assert.deepEqual(
        sink.events,
        entries.filter((one) => typeof one !== 'string'),
      );
      assert.equal(skippedLines, entries.length - sink.events.length);
    }),
  );
});
