import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamEnding } from '../../src/environments/state.ts';
import type { HttpRequest } from '../../src/runtime-api/http-request.ts';
import { answerPath, MAX_STREAMED_BYTES } from '../../src/runtime-api/protocol.ts';
import { createResponseStreams } from '../../src/runtime-api/response-streams.ts';

const HEAD = {
  method: 'POST',
  path: answerPath('r', 'response'),
  headers: { 'lambda-runtime-function-response-mode': 'streaming' },
};
const request = (trailers: Record<string, string>): HttpRequest => ({
  ...HEAD,
  trailers,
  body: Buffer.alloc(0),
  tooLarge: false,
  streamed: true,
  pipelined: false,
});

function streamsOf(enough: (bytes: number) => boolean) {
  const seen: string[] = [];
  const endings: StreamEnding[] = [];
  const resumes: (() => void)[] = [];
  let bytes = 0;
  const streams = createResponseStreams(
    {
      stream: (requestId, contentType) => {
        seen.push(`${requestId} ${contentType}`);
        return {
          begin: () => undefined,
          write: (piece, resume) => {
            bytes += piece.length;
            if (!enough(bytes)) return true;
            resumes.push(resume);
            return false;
          },
        };
      },
      streamEnd: (_requestId, ending) => {
        endings.push(ending);
        return undefined;
      },
      streamBroken: () => seen.push('broken'),
    },
    { pause: () => seen.push('pause'), resume: () => seen.push('resume') },
  );
  return { streams, seen, endings, resumes, bytes: () => bytes };
}

test('a sink that has enough stops the runtime until it wants more', () => {
  const { streams, seen, endings, resumes } = streamsOf((bytes) => bytes > 5);
  const take = streams.open(HEAD);
  take?.(Buffer.from('12345'));
  take?.(Buffer.from('6'));
  resumes[0]?.();
  assert.deepEqual(seen, ['r application/octet-stream', 'pause', 'resume']);
  const body = Buffer.from('{"errorType":"E"}');
  assert.equal(
    streams.end(
      request({
        'lambda-runtime-function-error-type': 'E',
        'lambda-runtime-function-error-body': body.toString('base64'),
      }),
    ),
    undefined,
  );
  assert.deepEqual(endings, [{ kind: 'error', failure: { body, errorType: 'E' } }]);
  streams.broken();
  streams.open(HEAD);
  streams.broken();
  assert.deepEqual(seen.slice(3), ['r application/octet-stream', 'broken']);
});

test('what is above 200 MB never leaves, and the runtime hears of it', () => {
  const { streams, endings, bytes } = streamsOf(() => false);
  const take = streams.open(HEAD);
  const half = Buffer.alloc(MAX_STREAMED_BYTES / 2);
  for (let i = 0; i < 4; i += 1) take?.(half);
  take?.(Buffer.from('x'));
  assert.equal(bytes(), MAX_STREAMED_BYTES);
  assert.deepEqual(endings, [{ kind: 'stream-too-large' }]);
  assert.equal(streams.end(request({})), 'stream-too-large');
});

test('only a response that says so is streamed', () => {
  const { streams, seen } = streamsOf(() => false);
  for (const head of [
    { ...HEAD, headers: {} },
    { ...HEAD, method: 'GET' },
    { ...HEAD, path: answerPath('r', 'error') },
  ]) {
    assert.equal(streams.open(head), undefined);
  }
  assert.deepEqual(seen, []);
});
