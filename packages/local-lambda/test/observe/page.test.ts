import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { createEventBus } from '../../src/events/event-bus.ts';
import { createLiveEnvironments } from '../../src/observe/environments.ts';
import { createLiveStream } from '../../src/observe/live-stream.ts';
import { startHost } from '../fixture-package.ts';

const TOKEN = 'a-token-of-24-characters';
const SOURCE =
  'export const handler = async (event) => { console.log("got", event.n); return { n: event.n }; };';

test('the page asks a browser for the token once, and shows what the API shows', async (t) => {
  const host = await startHost(t, { orders: { source: SOURCE } }, { token: TOKEN });
  const ask = (path: string, options: RequestInit = {}) =>
    fetch(`${host.url}/_host/${path}`, { redirect: 'manual', ...options });
  const html = { accept: 'text/html,*/*' };
  const logIn = (token: string, more = {}) =>
    ask('login', { method: 'POST', body: new URLSearchParams({ token }), headers: more });

  const form = await ask('', { headers: html });
  assert.equal(form.status, 401);
  assert.match(await form.text(), /<form method="post" action="\/_host\/login">/);
  assert.equal((await ask('')).headers.get('content-type'), 'application/json');
  assert.equal((await ask('page.css')).status, 200);
  for (const path of ['page.js', 'api/environments', 'api/stream', 'metrics', 'login/x']) {
    assert.equal((await ask(path)).status, 401, path);
  }
  assert.equal((await logIn('another-token-of-some-size')).status, 401);
  assert.equal((await logIn(TOKEN, { origin: 'https://example.com' })).status, 403);
  const known = await logIn(TOKEN);
  assert.deepEqual([known.status, known.headers.get('location')], [303, '/_host/']);
  const [cookie = '', ...attributes] = (known.headers.get('set-cookie') ?? '').split('; ');
  assert.deepEqual(attributes, ['Path=/_host/', 'HttpOnly', 'SameSite=Strict']);
  assert.ok(!cookie.includes(TOKEN));

  const headers = { cookie, ...html };
  const page = await ask('', { headers });
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self';/);
  const text = await page.text();
  assert.ok(!/<script(?! type="module" src="page.js")|style=|https?:/.test(text), 'nothing from elsewhere');
  for (const name of ['page.js', 'rows.js', 'log.js', 'invoke.js', 'query.js', 'icon.svg']) {
    assert.equal((await ask(name, { headers })).status, 200, name);
  }
  assert.equal((await ask('../package.json', { headers })).status, 401);
  assert.equal((await ask('nothing.js', { headers })).status, 404);
  // The cookie is for the page alone.
  assert.equal((await fetch(`${host.url}/2015-03-31/functions`, { headers })).status, 401);

  const invoked = await ask('api/functions/orders/invocations', { method: 'POST', body: '{"n":7}', headers });
  assert.deepEqual(await invoked.json(), { n: 7 });
  await host.flushLogs();
  const kinds = ((await (await ask('api/sample-events', { headers })).json()) as { kinds: object[] }).kinds;
  assert.ok(kinds.length > 10);
  assert.match(await (await ask('api/sample-events/sqs', { headers })).text(), /"eventSource":"aws:sqs"/);
  assert.equal((await ask('api/sample-events/constructor', { headers })).status, 404);
  const groups = await ask('api/logs', {
    method: 'POST',
    body: '{}',
    headers: { ...headers, 'x-amz-target': 'Logs_20140328.DescribeLogGroups' },
  });
  assert.match(await groups.text(), /\/aws\/lambda\/orders/);
  for (const path of ['api/log-lines?limit=4', 'api/log-lines?limit=4&function=orders']) {
    const { lines } = (await (await ask(path, { headers })).json()) as { lines: Record<string, string>[] };
    const words = lines.map(({ message }) => /START|got 7|END|REPORT/.exec(message ?? '')?.[0]);
    assert.deepEqual(words, ['START', 'got 7', 'END', 'REPORT'], path);
    assert.equal(lines[0]?.['group'], '/aws/lambda/orders');
  }
  assert.equal((await ask('api/log-lines?limit=301', { headers })).status, 400);

  const stream = await ask('api/stream', { headers });
  assert.equal(stream.headers.get('content-type'), 'text/event-stream');
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let read = '';
  const readUntil = async (pattern: RegExp) => {
    while (!pattern.test(read)) {
      const { value, done } = (await reader?.read()) ?? { done: true, value: '' };
      assert.ok(!done, `${pattern} in ${read}`);
      read += value;
    }
  };
  await readUntil(/^event: snapshot\ndata: \{"environments":\[\{"environmentId":.*"state":"idle".*\n\n/);
  await host.invoke('orders', { n: 8 });
  await readUntil(/event: delta\ndata: .*got 8"/s);
  await readUntil(/event: delta\ndata: .*"outcome":"success"/s);
  await host.dropEnvironments();
  await readUntil(/"ended":\["[\da-f]{32}"\]/);
  await reader?.cancel();
});

test('who comes later gets what was before in the snapshot, and not once more', () => {
  const events = createEventBus(() => assert.fail());
  const live = createLiveStream(
    {
      events,
      environments: createLiveEnvironments(),
      functions: () => [],
      invocations: () => [],
      onFault: () => assert.fail(),
    },
    { streams: 2, intervalMs: 60_000, behind: 5_000 },
  );
  const first = live.open().body as Readable;
  events.emit({ type: 'log-line', timeMs: 1, group: 'g', stream: 's', message: 'before' });
  const second = live.open().body as Readable;
  assert.match(String(first.read()), /^event: snapshot\n.*event: delta\ndata: .*"before"/s);
  assert.match(String(second.read()), /^event: snapshot\n(?!.*"before")/s);
  first.destroy();
  second.destroy();
});

test('streams are few, and a client that does not read is let go', async () => {
  const events = createEventBus(() => assert.fail());
  const live = createLiveStream(
    {
      events,
      environments: createLiveEnvironments(),
      functions: () => [],
      invocations: () => [],
      onFault: () => assert.fail(),
    },
    { streams: 2, intervalMs: 1, behind: 5_000 },
  );
  assert.equal(events.hears('log-line'), false);
  const [slow, quick] = [live.open().body, live.open().body];
  assert.ok(slow instanceof Readable && quick instanceof Readable);
  assert.equal(live.open().status, 503);
  let text = '';
  quick.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  const gone = once(slow, 'close');
  const message = 'x'.repeat(10_000);
  for (let i = 0; i < 102; i += 1) {
    events.emit({ type: 'log-line', timeMs: i, group: 'g', stream: 's', message });
  }
  await gone;
  assert.equal(quick.destroyed, false);
  assert.match(text, /"skipped":\{"invocations":0,"lines":2\}/);
  const end = once(quick, 'close');
  live.close();
  await end;
  assert.equal(events.hears('log-line'), false);
});
