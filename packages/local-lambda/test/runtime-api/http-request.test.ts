import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRequestParser, type HttpRequest } from '../../src/runtime-api/http-request.ts';

function parseAll(
  pieces: readonly Buffer[],
  maxBodyBytes = 1_000_000,
): { requests: HttpRequest[]; continues: number } {
  const requests: HttpRequest[] = [];
  let continues = 0;
  const parser = createRequestParser(
    maxBodyBytes,
    (request) => requests.push({ ...request, body: Buffer.from(request.body) }),
    () => {
      continues += 1;
    },
  );
  for (const piece of pieces) parser.push(piece);
  return { requests, continues };
}

interface Sent {
  readonly path: string;
  readonly body: Buffer;
  readonly chunks: readonly number[] | undefined;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  path: fc.stringMatching(/^\/[a-z0-9/-]{0,30}$/),
  body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  chunks: fc.option(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }), {
    nil: undefined,
  }),
});

/** Writes a request the slow and obvious way. */
function encode({ path, body, chunks }: Sent): Buffer {
  if (chunks === undefined) {
    const head = `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  }
  const parts: Buffer[] = [
    Buffer.from(`POST ${path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n`),
  ];
  for (let at = 0, i = 0; at < body.length; i += 1) {
    const piece = body.subarray(at, at + (chunks[i % chunks.length] ?? 1));
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
    at += piece.length;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\nX-Trailer: yes\r\n\r\n')]);
}

test('requests are found however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(sent, { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 10 }),
      (all, cuts) => {
        const bytes = Buffer.concat(all.map(encode));
        const pieces: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i += 1) {
          const length = cuts[i % cuts.length] ?? 1;
          pieces.push(bytes.subarray(at, at + length));
          at += length;
        }
        const { requests } = parseAll(pieces);
        assert.equal(requests.length, all.length);
        for (const [i, request] of requests.entries()) {
          assert.equal(request.path, all[i]?.path);
          assert.deepEqual(request.body, all[i]?.body);
          assert.equal(request.trailers['x-trailer'], all[i]?.chunks === undefined ? undefined : 'yes');
        }
      },
    ),
  );
});

test('a body above the limit is thrown away, and the next request is still read', () => {
  const big = encode({ path: '/big', body: Buffer.alloc(100), chunks: undefined });
  const { requests } = parseAll(
    [big, encode({ path: '/next', body: Buffer.alloc(0), chunks: undefined })],
    50,
  );
  assert.deepEqual(
    requests.map(({ path, tooLarge, body }) => [path, tooLarge, body.length]),
    [
      ['/big', true, 0],
      ['/next', false, 0],
    ],
  );
});

test('a body that is taken as it comes is not gathered, and the next request is', () => {
  const pieces: string[] = [];
  const requests: HttpRequest[] = [];
  const parser = createRequestParser(
    10,
    (request) => requests.push(request),
    () => undefined,
    ({ path }) => (path === '/stream' ? (piece) => void pieces.push(piece.toString()) : undefined),
  );
  parser.push(Buffer.from('POST /stream HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel'));
  assert.deepEqual(pieces, ['hel']);
  parser.push(Buffer.from('lo\r\n7\r\n, world\r\n0\r\nX-Trailer: yes\r\n\r\n'));
  parser.push(encode({ path: '/next', body: Buffer.from('body'), chunks: undefined }));
  assert.equal(pieces.join(''), 'hello, world');
  assert.deepEqual(
    requests.map(({ path, streamed, trailers, body }) => [path, streamed, trailers['x-trailer'], `${body}`]),
    [
      ['/stream', true, 'yes', ''],
      ['/next', false, undefined, 'body'],
    ],
  );
});

test('Expect: 100-continue is noticed before the body', () => {
  const head = 'POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n';
  assert.deepEqual(parseAll([Buffer.from(head)]), { requests: [], continues: 1 });
});

test('what is no HTTP is an error', () => {
  const bad = ['hello\r\n\r\n', 'GET / HTTP/2\r\n\r\n', 'GET / HTTP/1.1\r\nno colon\r\n\r\n'];
  for (const text of [...bad, 'POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n', 'x'.repeat(70_000)]) {
    assert.throws(() => parseAll([Buffer.from(text)]), text.slice(0, 30));
  }
});

test('what two readers could understand in two ways is refused, with the status that says why', () => {
  const post = 'POST /a HTTP/1.1\r\n';
  const cases: [string, number][] = [
    [`${post}Transfer-Encoding: gzip, chunked\r\n\r\n`, 501],
    [`${post}Transfer-Encoding: identity\r\n\r\n`, 501],
    [`${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`, 501],
    [`${post}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n`, 400],
    [`${post}Content-Length: 3\r\nContent-Length: 3\r\n\r\n`, 400],
    [`${post}Content-Length : 3\r\n\r\n`, 400],
    [`${post}Content-Length: +3\r\n\r\n`, 400],
    [`${post}X: a\r\n folded: b\r\n\r\n`, 400],
    [`${post}X: a\0b\r\n\r\n`, 400],
    [`${post}X: a\nY: b\r\n\r\n`, 400],
    [`POST  /a HTTP/1.1\r\n\r\n`, 400],
    [`POST /a HTTP/1.10\r\n\r\n`, 400],
    [`${post}Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n`, 400],
    [`${post}Transfer-Encoding: chunked\r\n\r\n0\r\n${'X: y\r\n'.repeat(20_000)}`, 400],
  ];
  for (const [text, status] of cases) {
    assert.throws(() => parseAll([Buffer.from(text)]), { status }, JSON.stringify(text.slice(0, 80)));
  }
});

test('Chunked in any case is chunked, and no header has a meaning by its name in JavaScript', () => {
  const text =
    'POST /a HTTP/1.1\r\nTransfer-Encoding: ChUnKeD\r\n__proto__: x\r\nconstructor: y\r\n\r\n1\r\nz\r\n0\r\n\r\n';
  const [request] = parseAll([Buffer.from(text)]).requests;
  assert.equal(request?.body.toString(), 'z');
  assert.deepEqual(Object.entries(request?.headers ?? {}).slice(-2), [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});
