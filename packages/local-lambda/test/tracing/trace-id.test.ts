import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSampler } from '../../src/tracing/sampler.ts';
import { belowNewSpan, givenTraceId, newTraceId, parentOf, rootOf } from '../../src/tracing/trace-id.ts';
import { startHost } from '../fixture-package.ts';

const ROOT = '1-5759e988-bd862e3fe1be46a994272793';
const PARENT = '53995c3f42cd8ad8';
const W3C = `00-5759e988bd862e3fe1be46a994272793-${PARENT}`;

test('the trace of a client is its X-Amzn-Trace-Id, else its traceparent', () => {
  const cases: readonly (readonly [Record<string, string>, string | undefined])[] = [
    [{}, undefined],
    [{ 'x-amzn-trace-id': `Root=${ROOT}` }, `Root=${ROOT}`],
    [{ 'x-amzn-trace-id': `Self=1;Root=${ROOT};Sampled=1` }, `Self=1;Root=${ROOT};Sampled=1`],
    [{ 'x-amzn-trace-id': 'Root=1-2-3' }, undefined],
    [{ 'x-amzn-trace-id': `Root=${ROOT}\r\nx: y` }, undefined],
    [{ traceparent: `${W3C}-01` }, `Root=${ROOT};Parent=${PARENT};Sampled=1`],
    [{ traceparent: `${W3C}-00` }, `Root=${ROOT};Parent=${PARENT};Sampled=0`],
    [{ traceparent: `${W3C}-03-more`.replace('00-', 'cc-') }, `Root=${ROOT};Parent=${PARENT};Sampled=1`],
    [{ traceparent: `${W3C}-01`.replace('00-', 'ff-') }, undefined],
    [{ traceparent: `00-${'0'.repeat(32)}-${PARENT}-01` }, undefined],
    [{ traceparent: `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01` }, undefined],
    [{ 'x-amzn-trace-id': `Root=${ROOT}`, traceparent: `${W3C}-01` }, `Root=${ROOT}`],
  ];
  for (const [headers, expected] of cases) {
    assert.equal(givenTraceId(headers), expected, JSON.stringify(headers));
  }
});

test('a sampled trace goes on below a span of its own, one that is not stays as it is', () => {
  const unsampled = newTraceId(1_465_510_280_000);
  assert.match(unsampled, /^Root=1-5759e988-[\da-f]{24};Parent=[\da-f]{16};Sampled=0$/);
  assert.equal(belowNewSpan(unsampled), unsampled);
  for (const given of [`Root=${ROOT};Parent=${PARENT};Sampled=1`, `Root=${ROOT};Sampled=1`]) {
    const below = belowNewSpan(given);
    assert.equal(rootOf(below), ROOT);
    assert.match(parentOf(below) ?? '', /^[\da-f]{16}$/);
    assert.notEqual(parentOf(below), PARENT);
  }
});

test('a sampler takes the first traces of each second, then a share', () => {
  let now = 0;
  const rolls = [0.04, 0.05, 0.9];
  const sample = createSampler(
    2,
    0.05,
    () => now,
    () => rolls.shift() ?? 1,
  );
  const taken = (): boolean[] => Array.from({ length: 5 }, sample);
  assert.deepEqual(taken(), [true, true, true, false, false]);
  now = 1_000;
  assert.deepEqual(taken(), [true, true, false, false, false]);
});

const SOURCE = `
let tries = 0;
export const handler = async (event, context) => {
  tries += 1;
  const trace = process.env._X_AMZN_TRACE_ID;
  console.log('trace', trace, event.headers?.['x-amzn-trace-id']);
  if (event.fail && tries === 1) throw new Error('once');
  return trace;
};`;

test('one id goes through the answer, the function and its log, of an event through its retries', async (t) => {
  const host = await startHost(t, {
    text: { source: SOURCE, routes: ['GET /text'] },
    json: { source: SOURCE, properties: { LoggingConfig: { LogFormat: 'JSON' } } },
    later: { source: SOURCE },
  });
  const headers = { traceparent: `${W3C}-01` };
  const answer = await fetch(`${host.url}/text`, { headers });
  const answered = answer.headers.get('x-amzn-trace-id') ?? '';
  const inFunction = await answer.text();
  for (const id of [answered, inFunction]) assert.equal(rootOf(id), ROOT);
  // Client, gateway and invocation: three spans.
  assert.equal(new Set([PARENT, parentOf(answered), parentOf(inFunction)]).size, 3);
  const [, started, report] = (await host.logLines('text')).filter((line) => /trace|REPORT|INIT/.test(line));
  assert.ok(started?.includes(`trace ${inFunction} ${answered}`), started);
  const segment = parentOf(inFunction);
  assert.ok(report?.endsWith(`\t\rXRAY TraceId: ${ROOT}\tSegmentId: ${segment}\tSampled: true\t`), report);

  const invoke = (name: string, more: Record<string, string>, body: string) =>
    fetch(`${host.url}/2015-03-31/functions/${name}/invocations`, { method: 'POST', headers: more, body });
  await invoke('json', { 'x-amzn-trace-id': `Root=${ROOT};Sampled=1` }, '{}');
  const records = (await host.logLines('json')).map((line) => JSON.parse(line));
  const tracing = records.flatMap(({ record }) => record?.tracing ?? []);
  assert.equal(tracing.length, 2);
  for (const { type, value, spanId } of tracing) {
    assert.deepEqual([type, rootOf(value), parentOf(value)], ['X-Amzn-Trace-Id', ROOT, spanId]);
  }

  const unsampled = `Root=${ROOT};Parent=${PARENT};Sampled=0`;
  const accepted = await invoke(
    'later',
    { 'x-amzn-trace-id': unsampled, 'x-amz-invocation-type': 'Event' },
    '{"fail":true}',
  );
  assert.equal(accepted.headers.get('x-amzn-trace-id'), unsampled);
  await host.settleEvents();
  const lines = await host.logLines('later');
  assert.equal(lines.filter((line) => line.includes(`trace ${unsampled}`)).length, 2);
  assert.ok(!lines.some((line) => line.includes('XRAY')));
});
