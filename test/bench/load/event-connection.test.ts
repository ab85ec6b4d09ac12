import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventConnect, type PutIn } from '../../../bench/load/event-connection.ts';

const REQUEST = { method: 'POST', path: '/flocks/1?rows=1' } as const;
const never: PutIn = (_request, signal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

function connect(putIn: PutIn, timeoutSeconds = 60) {
  const base = new URL('http://localhost');
  return eventConnect(putIn)({ base, timeoutSeconds, onConnected: () => assert.fail('nothing is set up') });
}

test('latency ends when something is visible, not when the answer about it is there', async () => {
  const visibleAt = performance.now() + 5;
  const answer = { status: 200, body: '' };
  const outcome = await connect(async () => ({ answer, visibleAt })).send(REQUEST);
  assert.deepEqual({ answer: outcome.answer, endedAt: outcome.endedAt }, { answer, endedAt: visibleAt });
});

test('what cannot be put in, is not visible in time or is cut off is lost, with the reason', async () => {
  const failed = await connect(() => Promise.reject(new Error('no bucket'))).send(REQUEST);
  assert.deepEqual([failed.answer, failed.problem, failed.isTimedOut], [undefined, 'no bucket', false]);
  const late = await connect(never, 0.01).send(REQUEST);
  assert.deepEqual([late.problem, late.isTimedOut], ['nothing was visible within 0.01 s', true]);
  const connection = connect(never);
  const sent = connection.send(REQUEST);
  connection.close();
  assert.deepEqual([(await sent).problem, (await sent).isTimedOut], ['cut off', false]);
});
