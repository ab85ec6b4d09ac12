import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createResponseReader } from '../../../bench/load/response-reader.ts';
import { anyCharacter } from '../../../packages/log-insights/test/any-character.ts';

/** An answer, and its bytes in one of the ways in which HTTP/1.1 lets them be written. */
const answers = fc
  .record({
    status: fc.constantFrom(200, 201, 400, 404, 500, 503),
    body: fc.string({ unit: anyCharacter, maxLength: 200 }),
    framing: fc.constantFrom('length', 'chunked', 'close'),
    chunks: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
    isUpper: fc.boolean(),
    hints: fc.integer({ min: 0, max: 2 }),
    trailers: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ status, body, framing, chunks, isUpper, hints, trailers }) => {
    const bytes = Buffer.from(body);
    const name = (text: string) => (isUpper ? text.toUpperCase() : text);
    const hint = `HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n`.repeat(hints);
    const coding =
      framing === 'length'
        ? `${name('content-length')}: ${bytes.length}\r\n`
        : framing === 'chunked'
          ? `${name('transfer-encoding')}:chunked \r\n`
          : `${name('connection')}: close\r\n`;
    const head = `${hint}HTTP/1.1 ${status} Some Reason\r\nx-other: Content-Length: 7\r\n${coding}\r\n`;
    const content = framing === 'chunked' ? inChunks(bytes, chunks, trailers) : bytes;
    return { status, body: bytes.toString(), framing, bytes: Buffer.concat([Buffer.from(head), content]) };
  });

function inChunks(bytes: Buffer, sizes: readonly number[], trailers: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const piece = bytes.subarray(at, at + (sizes[i % sizes.length] ?? 1));
    parts.push(Buffer.from(`${piece.length.toString(16)};extension=1\r\n`), piece, Buffer.from('\r\n'));
    at += piece.length;
  }
  return Buffer.concat([...parts, Buffer.from(`0\r\n${'x-sum: 1\r\n'.repeat(trailers)}\r\n`)]);
}

/** The bytes in pieces of these sizes, over and over. */
function* split(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

test('an answer is the same however it is written and wherever its bytes are split', () => {
  const reader = createResponseReader();
  fc.assert(
    fc.property(answers, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (answer, sizes) => {
      reader.reset();
      const whole = [...split(answer.bytes, sizes)].map((piece) => reader.read(piece));
      const isByClose = answer.framing === 'close';
      assert.equal(whole.indexOf(true), isByClose ? -1 : whole.length - 1, 'whole with its last byte');
      assert.equal(reader.close(), true);
      assert.deepEqual(reader.answer(), { status: answer.status, body: answer.body });
      assert.equal(reader.head()?.isKeptAlive, !isByClose);
    }),
    { numRuns: 500 },
  );
});

test('an answer that is cut off is not whole, wherever', () => {
  fc.assert(
    fc.property(answers, fc.nat(), (answer, cut) => {
      fc.pre(answer.framing !== 'close');
      const reader = createResponseReader();
      assert.equal(reader.read(answer.bytes.subarray(0, cut % answer.bytes.length)), false);
      assert.equal(reader.close(), false);
    }),
  );
});

test('any bytes at all give an answer, a wait or an error in words', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, hasHead) => {
      const reader = createResponseReader();
      const head = hasHead ? 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n' : '';
      try {
        reader.read(Buffer.concat([Buffer.from(head), bytes]));
      } catch (error) {
        assert.ok(
          error instanceof Error && error.name === 'Error' && error.message.length > 5,
          String(error),
        );
      }
    }),
  );
});

const read = (text: string) => {
  const reader = createResponseReader();
  const isWhole = reader.read(Buffer.from(text));
  return { isWhole, ...reader.head(), ...(isWhole ? reader.answer() : {}) };
};

for (const [what, text, expected] of [
  [
    'no body with 204, whatever its length says',
    'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n',
    { isWhole: true, body: '' },
  ],
  ['an empty body', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', { isWhole: true, body: '' }],
  [
    'a status line without reason',
    'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n',
    { isWhole: true, status: 200 },
  ],
  [
    'keep-alive by default',
    'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
    { isKeptAlive: true, idleSeconds: undefined },
  ],
  [
    'close when the server says so',
    'HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 0\r\n\r\n',
    { isKeptAlive: false },
  ],
  ['HTTP/1.0 closes by default', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', { isKeptAlive: false }],
  [
    'HTTP/1.0 kept alive',
    'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n',
    { isKeptAlive: true },
  ],
  [
    'how long it may lie idle',
    'HTTP/1.1 200 OK\r\nKeep-Alive: max=9, timeout=72\r\ncontent-length: 0\r\n\r\n',
    { idleSeconds: 72 },
  ],
  [
    'more than was asked for',
    'HTTP/1.1 204 OK\r\n\r\nHTTP/1.1 204 OK\r\n\r\n',
    { isWhole: true, isKeptAlive: undefined },
  ],
] as const) {
  test(`reads ${what}`, () => {
    const result: Record<string, unknown> = read(text);
    for (const [name, value] of Object.entries(expected)) assert.equal(result[name], value, name);
  });
}

for (const [text, message] of [
  ['SSH-2.0-OpenSSH_9.6\r\n\r\n', /not an answer of HTTP\/1\.1: "SSH/],
  ['HTTP/2 200\r\n\r\n', /not an answer/],
  ['HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', /content-length is "-1", which is no number/],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n', /unknown transfer coding "gzip, chunked"/],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n', /a chunk without size: "xyz/],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n', /a chunk longer than its size/],
  [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`, /more than 65536 bytes of head/],
  [`HTTP/1.1 200 OK\r\n\r\n${'y'.repeat(16 * 2 ** 20 + 1)}`, /more than 16777216 bytes of body/],
] as const) {
  test(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
    assert.throws(() => read(text), message);
  });
}
