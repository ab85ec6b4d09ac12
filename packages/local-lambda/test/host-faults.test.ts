import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHost } from './fixture-package.ts';
import { startGates } from './gates.ts';

test('throttling: beyond the limit requests wait, then get 429 and 503', async (t) => {
  const gates = await startGates(t);
  const source = `export const handler = async () => { await fetch('${gates.url}first'); return 1; };`;
  const properties = { Timeout: 60, ReservedConcurrentExecutions: 1 };
  const host = await startHost(
    t,
    { one: { source, routes: ['GET /one'], properties } },
    { queueSeconds: 0.2 },
  );
  const first = host.invoke('one', {});
  await gates.arrival('first');
  const [second, third] = await Promise.all([host.invoke('one', {}), fetch(`${host.url}/one`)]);
  assert.equal(second.errorType, 'TooManyRequestsException');
  assert.equal(third.status, 503);
  gates.open('first');
  assert.equal((await first).payload, 1);
});

test('no single request and no answer of a function ends the host', async (t) => {
  const source = `export const handler = ({ pathParameters: { how } }) => ({ statusCode: 200, body: how, headers: {
    nul: { 'x-a': 'a\\0b' }, unicode: { 'x-a': '羊' }, trailer: { trailer: 'x-a' }, object: { 'x-a': { b: 1 } },
    list: { 'x-a': [['b']] }, fine: {} }[how] });`;
  const host = await startHost(t, { any: { source, routes: ['GET /{how}'] } });
  for (const path of ['%zz', '%', '%00', '..%2f', 'any/%zz', 'any/invocations']) {
    const response = await fetch(`${host.url}/2015-03-31/functions/${path}`);
    assert.ok(response.status >= 400 && response.status < 500, `${path}: ${response.status}`);
  }
  for (const how of ['nul', 'unicode', 'object', 'list']) {
    assert.equal((await fetch(`${host.url}/${how}`)).status, 500, how);
  }
  assert.equal((await fetch(`${host.url}/trailer`)).status, 200);
  assert.deepEqual(host.notices, [
    'any: its response is none that GET /{how} can answer with: headers: one has a value that no header can have',
  ]);
  assert.equal(await (await fetch(`${host.url}/fine`)).text(), 'fine');
});

test('listeners that throw end nothing', async (t) => {
  const host = await startHost(
    t,
    { hi: { source: 'export const handler = () => 1;' } },
    {
      onLogEvent: () => {
        throw new Error('of a consumer');
      },
    },
  );
  assert.equal((await host.invoke('hi', {})).payload, 1);
  assert.equal((await host.invoke('hi', {})).payload, 1);
  await host.flushLogs();
  assert.match(
    host.notices[0] ?? '',
    /^a fault of local-lambda in onLogEvent; the host goes on: Error: of a consumer\n/,
  );
});
