import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RouteDefinition } from '../../src/deployment-package/api.ts';
import { createRouter } from '../../src/gateway/router.ts';

function route(routeKey: string): RouteDefinition {
  const [method = 'ANY', path = '$default'] =
    routeKey === '$default' ? ['ANY', '$default'] : routeKey.split(' ');
  return {
    method,
    path,
    routeKey,
    resourceId: routeKey,
    functionName: 'f',
    payloadFormat: '2.0',
    timeoutMs: 1,
  };
}

test('routes are chosen as API Gateway chooses them', () => {
  const keys = [
    'GET /pets/dog/1',
    'GET /pets/dog/{id}',
    'GET /pets/{proxy+}',
    'ANY /pets/{proxy+}',
    'POST /sheep/{tattoo}',
    'ANY /any',
    'GET /',
    '$default',
  ];
  const find = createRouter(keys.map(route));
  const cases: [string, string, string, Record<string, string>][] = [
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/pets/cat', 'ANY /pets/{proxy+}', { proxy: 'cat' }],
    ['POST', '/sheep/7', 'POST /sheep/{tattoo}', { tattoo: '7' }],
    ['POST', '/sheep/7/', 'POST /sheep/{tattoo}', { tattoo: '7' }],
    ['GET', '/sheep/7', '$default', {}],
    ['POST', '/sheep/', '$default', {}],
    ['PATCH', '/any', 'ANY /any', {}],
    ['GET', '/', 'GET /', {}],
    ['GET', '/nowhere', '$default', {}],
  ];
  for (const [method, path, routeKey, parameters] of cases) {
    const match = find(method, path);
    assert.equal(match?.route.routeKey, routeKey, `${method} ${path}`);
    assert.deepEqual(match?.parameters, parameters, `${method} ${path}`);
  }
  assert.equal(createRouter([route('GET /a')])('GET', '/b'), undefined);
});

test('the most specific match wins: literal before parameter before greedy end, from the left', () => {
  const keys = [
    'ANY /{proxy+}',
    'ANY /{x}/{y}/{proxy+}',
    'ANY /a/{proxy+}',
    'ANY /a/{x}/b/{proxy+}',
    'GET /{x}/b',
    'GET /a/{y}',
  ];
  for (const order of [keys, keys.toReversed()]) {
    const find = createRouter(order.map(route));
    const routeKey = (path: string) => find('GET', path)?.route.routeKey;
    assert.equal(routeKey('/a/b/c'), 'ANY /a/{proxy+}');
    assert.equal(routeKey('/a/c/b/d'), 'ANY /a/{x}/b/{proxy+}');
    assert.equal(routeKey('/c/b/a'), 'ANY /{x}/{y}/{proxy+}');
    assert.equal(routeKey('/c/d'), 'ANY /{proxy+}');
    assert.equal(routeKey('/a/b'), 'GET /a/{y}');
  }
});

test('a path made from a route finds that route, with its parameters', () => {
  const name = fc.stringMatching(/^[a-z]{1,8}$/);
  const value = fc.stringMatching(/^[A-Za-z0-9~-]{1,10}$/);
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
      fc.array(value, { minLength: 5, maxLength: 5 }),
      (names, values) => {
        const path = `/${names.map((part, i) => (i % 2 === 0 ? part : `{${part}}`)).join('/')}`;
        const concrete = `/${names.map((part, i) => (i % 2 === 0 ? part : values[i])).join('/')}`;
        const expected = Object.fromEntries(
          names.flatMap((part, i) => (i % 2 === 0 ? [] : [[part, values[i]]])),
        );
        assert.deepEqual(createRouter([route(`GET ${path}`)])('GET', concrete)?.parameters, expected);
      },
    ),
  );
});
