import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catScenario } from '../../../bench/scenarios/cat.ts';
import { wolfScenario } from '../../../bench/scenarios/wolf.ts';
import { workerBinding } from '../../../bench/stacks/worker-protocol.ts';
import { FUNCTIONS } from '../../../src/functions/catalogue.ts';
import { DEFAULT_QUEUE_PREFIX } from '../../../src/hosts/worker/queue-prefix.ts';

const { requestOf, answerOf } = workerBinding('amqp://127.0.0.1:5672');
const KNOWN = { count: 0, herd: undefined, atOnce: 1 };

test('every route of the HTTP contract is a function, its event, and the status of its success', () => {
  for (const [request, name, content] of [
    [{ method: 'GET', path: '/cat?m=3&n=8' }, 'get-cat', '{"m":"3","n":"8"}'],
    [{ method: 'GET', path: '/dog' }, 'get-dog', '{}'],
    [
      { method: 'POST', path: '/sheep/18446744073709551615' },
      'post-sheep',
      '{"tattoo":"18446744073709551615"}',
    ],
    [{ method: 'DELETE', path: '/wolf' }, 'delete-wolf', '{}'],
  ] as const) {
    assert.deepEqual(requestOf(request), { queue: `${DEFAULT_QUEUE_PREFIX}${name}`, content });
    const portable = FUNCTIONS.find((one) => one.name === name);
    assert.equal(answerOf(request, false, '').status, portable?.http?.success);
  }
});

test('replies are verified as answers of HTTP are', () => {
  const cat = catScenario(3, 8).begin(KNOWN);
  const request = cat.next();
  assert.equal(cat.verify(request, answerOf(request, false, '{"result":2045}')), undefined);
  assert.match(cat.verify(request, answerOf(request, false, '{"result":7}')) ?? '', /expected 200/);
  const raids = wolfScenario().begin(KNOWN);
  const raid = raids.next();
  const none = '{"errorType":"ShedError","errorMessage":"none","code":"NO_FITTING_SHEEP"}';
  assert.equal(raids.verify(raid, answerOf(raid, true, none)), undefined);
  assert.equal(raids.verify(raid, answerOf(raid, false, '')), undefined);
  assert.match(raids.verify(raid, answerOf(raid, true, 'nonsense')) ?? '', /got 500/);
});
