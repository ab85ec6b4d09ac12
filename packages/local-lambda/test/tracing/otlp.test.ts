import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createEventBus } from '../../src/events/event-bus.ts';
import { exportSpans } from '../../src/tracing/otlp.ts';
import { onEnd, startHost } from '../fixture-package.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

/** A collector of OTLP/HTTP that keeps what it gets. */
async function startCollector(t: TestContext, mayAnswer: Promise<void> = Promise.resolve()) {
  const spans: Span[] = [];
  const services = new Set<unknown>();
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    assert.deepEqual([request.method, request.url], ['POST', '/v1/traces']);
    const { resourceSpans } = JSON.parse(text);
    for (const { resource, scopeSpans } of resourceSpans) {
      const name = resource.attributes.find(({ key }: { key: string }) => key === 'service.name');
      services.add(name.value.stringValue);
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    await mayAnswer;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onEnd(t, () => server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, spans, services };
}

const SOURCE = `let tries = 0;
export const handler = async (event) => {
  tries += 1;
  if (event.fail && tries === 1) throw new TypeError('once');
  return process.env._X_AMZN_TRACE_ID;
};`;

function attributesOf({ attributes }: Span): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

test('a collector gets the spans of gateway, queue, init and invocation, and of retries', async (t) => {
  const { endpoint, spans, services } = await startCollector(t);
  const host = await startHost(
    t,
    {
      orders: { source: SOURCE, routes: ['GET /orders/{id}'] },
      later: { source: SOURCE },
    },
    { otlpEndpoint: endpoint },
  );
  const trace = '5759e988bd862e3fe1be46a994272793';
  const header = (flags: string) => ({ traceparent: `00-${trace}-53995c3f42cd8ad8-${flags}` });
  const answer = await fetch(`${host.url}/orders/7?x=1`, { headers: header('01') });
  const inFunction = await answer.text();
  await fetch(`${host.url}/orders/8`, { headers: header('00') });
  const begun = await fetch(`${host.url}/orders/9`);
  assert.match(begun.headers.get('x-amzn-trace-id') ?? '', /;Sampled=1$/);
  await fetch(`${host.url}/2015-03-31/functions/later/invocations`, {
    method: 'POST',
    headers: { ...header('01'), 'x-amz-invocation-type': 'Event' },
    body: '{"fail":true}',
  });
  await host.settleEvents();
  await host.flushLogs();
  await host.close();

  assert.deepEqual(services, new Set(['local-lambda']));
  const ofClient = spans.filter(({ traceId }) => traceId === trace);
  assert.equal(spans.length - ofClient.length, 2, 'the trace that began here; none of the one not sampled');
  const named = (name: string) => ofClient.filter((span) => span.name === name);
  const [gateway] = named('GET /orders/{id}');
  const [queue] = named('orders queue');
  const [init] = named('orders init');
  const [invocation] = named('orders');
  assert.ok(gateway && queue && init && invocation);
  assert.equal(gateway.parentSpanId, '53995c3f42cd8ad8');
  assert.deepEqual([queue.parentSpanId, invocation.parentSpanId], [gateway.spanId, gateway.spanId]);
  assert.equal(init.parentSpanId, queue.spanId);
  assert.ok(inFunction.includes(`Parent=${invocation.spanId}`));
  assert.deepEqual([gateway.kind, invocation.kind, init.kind], [2, 2, 1]);
  const http = attributesOf(gateway);
  assert.deepEqual(
    [http['http.request.method'], http['http.route'], http['url.path'], http['http.response.status_code']],
    ['GET', '/orders/{id}', '/orders/7', 200],
  );
  const faas = attributesOf(invocation);
  assert.deepEqual(
    [faas['faas.name'], faas['faas.coldstart'], faas['faas.max_memory'], faas['faas.version']],
    ['orders', true, 134_217_728, '$LATEST'],
  );
  assert.equal(faas['faas.instance'], answer.headers.get('x-local-lambda-environment'));
  assert.ok(BigInt(invocation.endTimeUnixNano) > BigInt(invocation.startTimeUnixNano));

  // Its first try waited for its environment.
  assert.ok(named('later queue').length >= 1);
  const [first, second, ...more] = named('later');
  assert.ok(first && second && more.length === 0);
  assert.deepEqual([first.status.code, first.status.message, second.status.code ?? 0], [2, 'TypeError', 0]);
  assert.equal(attributesOf(first)['error.type'], 'TypeError');
  assert.deepEqual(
    second.links?.map(({ traceId, spanId }) => [traceId, spanId]),
    [[trace, first.spanId]],
  );
  assert.deepEqual(first.links ?? [], []);
  const [accepted] = named('POST /2015-03-31/functions/{FunctionName}/invocations');
  assert.deepEqual([first.parentSpanId, second.parentSpanId], [accepted?.spanId, accepted?.spanId]);
});

test('a collector that does not answer gets a bounded number of spans, and a notice says so once', async (t) => {
  const answer = Promise.withResolvers<void>();
  const { endpoint, spans } = await startCollector(t, answer.promise);
  const events = createEventBus(() => assert.fail());
  const notices: string[] = [];
  const spanExport = await exportSpans({ events, endpoint, onNotice: (notice) => notices.push(notice) });
  const about = { requestId: '', route: undefined, functionName: undefined, parentId: undefined };
  const request = { ...about, method: 'GET', path: '/', status: 200, startedMs: 0, durationMs: 1 };
  const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  for (let i = 0; i < 5_000; i += 1) events.emit({ type: 'request-ended', timeMs: 0, traceId, ...request });
  assert.deepEqual(notices, [`spans are dropped: ${endpoint} takes them more slowly than they come`]);
  answer.resolve();
  await spanExport.close();
  assert.equal(spans.length, 2_048);
});

test('a collector that refuses costs a notice, and no answer', async (t) => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(400).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onEnd(t, () => server.close());
  const host = await startHost(
    t,
    { orders: { source: SOURCE, routes: ['GET /orders'] } },
    { otlpEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
  );
  assert.equal((await fetch(`${host.url}/orders`)).status, 200);
  await host.flushLogs();
  await host.close();
  assert.match(host.notices.join('\n'), /^spans are lost: http:\/\/127\.0\.0\.1:\d+\/: /m);
});
