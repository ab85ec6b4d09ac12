import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../packages/log-insights/test/any-character.ts';
import { ShedError } from '../../src/domain/errors.ts';
import { readMessage } from '../../src/hosts/queue-message.ts';

test('a message names its function and its event, exactly', () => {
  assert.deepEqual(readMessage('{"function":"get-cat","event":{"m":1,"n":"2"}}', undefined), {
    functionName: 'get-cat',
    event: { m: 1, n: '2' },
  });
  assert.deepEqual(readMessage('{"function":"get-dog"}', undefined), { functionName: 'get-dog', event: {} });
  const { event } = readMessage(
    '{"event":{"tattoo":18446744073709551615},"function":"post-sheep"}',
    undefined,
  );
  assert.deepEqual(event, { tattoo: 18_446_744_073_709_551_615n });
});

test('… or its queue is bound to one function, and the body is the event', () => {
  assert.deepEqual(readMessage('{"function":"get-cat"}', 'import-flock'), {
    functionName: 'import-flock',
    event: { function: 'get-cat' },
  });
  assert.deepEqual(readMessage('null', 'get-dog').event, null);
});

test('what is wrong is said, with what it must be', () => {
  for (const [body, bound, said] of [
    ['', undefined, /must be a JSON object such as \{"function":"get-cat",.*; got ""$/],
    ['[]', undefined, /must be a JSON object such as .*; got "\[\]"$/],
    ['{"event":{}}', undefined, /, with the name of a function; got /],
    ['{"function":7}', undefined, /, with the name of a function; got /],
    ['{"function":"get-cat","evnt":{}}', undefined, / without "evnt"; got /],
    [`{"x":"${'é'.repeat(1_000)}`, undefined, /…"$/],
    ['m=1', 'get-cat', /must be the event of get-cat in JSON; got "m=1"$/],
  ] as const) {
    assert.throws(() => readMessage(body, bound), { code: 'INVALID_INPUT', message: said });
  }
});

test('any body is read, or refused with one short line', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: anyCharacter }),
        fc.json(),
        fc.json().map((text) => `{"function":${text}}`),
      ),
      fc.constantFrom(undefined, 'get-cat'),
      (body, bound) => {
        try {
          assert.equal(typeof readMessage(body, bound).functionName, 'string');
        } catch (error) {
          assert.ok(error instanceof ShedError && error.code === 'INVALID_INPUT');
          assert.ok(error.message.isWellFormed() && error.message.length < 1_000);
        }
      },
    ),
  );
});
