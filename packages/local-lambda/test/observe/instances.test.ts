import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askHost } from '../../src/cli/host-client.ts';
import { dropEnvironments, listEnvironments } from '../../src/cli/instances.ts';
import { startHost } from '../fixture-package.ts';

const SOURCE = `export const handler = async (event) => {
  console.log('hello from', process.pid);
  if (event.fail) throw new TypeError('no');
  return { statusCode: 200, body: 'x' };
};`;

interface Listed {
  readonly environments: readonly Record<string, unknown>[];
  readonly invocations: readonly Record<string, unknown>[];
  readonly functions: readonly Record<string, unknown>[];
}

test('a host lists what runs and what ran, and ends environments that are named', async (t) => {
  const token = 'a-token-of-24-characters';
  const host = await startHost(
    t,
    {
      orders: { source: SOURCE, routes: ['GET /orders'] },
      users: { source: SOURCE, routes: ['GET /_host/api/environments'] },
    },
    { token },
  );
  const headers = { 'x-local-lambda-token': token };
  const ask = async (path: string, method = 'GET', more = {}) => {
    const response = await fetch(`${host.url}/_host/api/${path}`, {
      method,
      headers: { ...headers, ...more },
    });
    return { status: response.status, body: (await response.json()) as Listed & Record<string, unknown> };
  };
  const called = await fetch(`${host.url}/orders`, { headers });
  const id = called.headers.get('x-local-lambda-environment') ?? '';
  const invoked = await fetch(`${host.url}/2015-03-31/functions/orders/invocations`, {
    method: 'POST',
    headers,
    body: '{"fail":true}',
  });
  assert.equal(invoked.headers.get('x-local-lambda-environment'), id);
  await host.flushLogs();

  const [environment, ...others] = (await ask('environments')).body.environments;
  assert.deepEqual(others, []);
  const { startedMs, memoryMb, logStream, ...rest } = environment ?? {};
  assert.ok(Math.abs(Number(startedMs) - Date.now()) < 60_000 && String(logStream).endsWith(id));
  assert.ok(process.platform !== 'linux' || Number(memoryMb) > 10);
  assert.equal(rest['environmentId'], id);
  assert.deepEqual(
    [rest['functionName'], rest['version'], rest['state'], rest['invocations'], rest['errors']],
    ['orders', '$LATEST', 'idle', 2, 1],
  );

  const { invocations } = (await ask('invocations?function=orders&limit=1')).body;
  assert.deepEqual(
    invocations.map(({ functionName, outcome, errorType }) => ({ functionName, outcome, errorType })),
    [{ functionName: 'orders', outcome: 'error', errorType: 'TypeError' }],
  );
  assert.deepEqual(
    (await ask('functions')).body.functions.map(({ functionName, environments, errors }) => [
      functionName,
      environments,
      errors,
    ]),
    [
      ['orders', 1, 1],
      ['users', 0, 0],
    ],
  );

  const printed: string[] = [];
  const write = (text: string): void => void printed.push(text);
  const running = { endpoint: host.url, token };
  await listEnvironments(
    { kind: 'ps', host: running, functionName: 'orders', json: false },
    write,
    Date.now(),
  );
  assert.match(
    printed.splice(0).join(''),
    new RegExp(`^ENVIRONMENT .*\n${id} +orders +idle +\\d+s .* 2 +1 `),
  );
  await askHost(running, 'GET', 'logs?function=orders', write);
  assert.match(printed.splice(0).join(''), /hello from \d+\n.*REPORT/s);

  assert.equal((await ask('environments/unknown', 'DELETE')).status, 404);
  assert.equal(await dropEnvironments({ kind: 'drop', host: running, which: id, force: false }, write), 0);
  assert.deepEqual(printed, [`ended ${id}\n`]);
  await host.dropEnvironments();

  const bad: readonly (readonly [string, string, Record<string, string>, number])[] = [
    ['environments?function=nobody', 'GET', {}, 404],
    ['invocations?limit=0', 'GET', {}, 400],
    ['nothing', 'GET', {}, 404],
    ['environments', 'PUT', {}, 404],
    ['environments', 'GET', { 'x-local-lambda-token': 'another' }, 401],
    ['environments', 'DELETE', { origin: 'https://example.com' }, 403],
  ];
  for (const [path, method, more, status] of bad) {
    assert.equal((await ask(path, method, more)).status, status, `${method} ${path}`);
  }
  await assert.rejects(
    listEnvironments(
      { kind: 'ps', host: { ...running, token: 'wrong' }, functionName: undefined, json: true },
      write,
      0,
    ),
    { name: 'LocalLambdaError', message: /Unauthorized/ },
  );
});

test('a busy environment ends only by force, and logs are followed until the client goes', async (t) => {
  const host = await startHost(t, {
    slow: { source: 'export const handler = () => { console.log("began"); return new Promise(() => {}); };' },
  });
  const running = { endpoint: host.url, token: undefined };
  const stop = new AbortController();
  const began = Promise.withResolvers<void>();
  const followed = askHost(
    running,
    'GET',
    'logs?follow=true',
    (text) => text.includes('began') && began.resolve(),
    stop.signal,
  );
  const result = host.invoke('slow', {});
  await began.promise;
  stop.abort();
  await followed;
  const printed: string[] = [];
  const drop = (force: boolean) =>
    dropEnvironments({ kind: 'drop', host: running, which: 'slow', force }, (text) => printed.push(text));
  assert.equal(await drop(false), 1);
  assert.match(printed.splice(0).join(), /^busy [\da-f]{32}; --force/);
  assert.equal(await drop(true), 0);
  assert.match(printed.join(), /^ended [\da-f]{32}\n$/);
  assert.equal((await result).errorType, 'Runtime.ExitError');
});
