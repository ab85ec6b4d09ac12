import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startRuntimeApi } from '../../src/runtime-api/server.ts';
import { onEnd } from '../fixture-package.ts';

const DELIVERY = {
  requestId: 'r',
  deadlineMs: 0,
  functionArn: '',
  traceId: '',
  clientContext: undefined,
  payload: Buffer.from('{}'),
};

/** A Runtime API whose runtime waits for an event, and what it then hears. */
async function awaited(t: TestContext) {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: heard, resolve: hear } = Promise.withResolvers<string>();
  const api = await startRuntimeApi({
    next: () => void ask(),
    response: () => void hear('response'),
    error: () => undefined,
    stream: () => undefined,
    streamEnd: () => undefined,
    streamBroken: () => undefined,
    initError: () => undefined,
    disconnected: () => hear('disconnected'),
    unread: () => hear('unread'),
    onFault: (_where, error) => assert.fail(String(error)),
  });
  onEnd(t, () => api.close());
  const [host, port] = api.address.split(':');
  const runtime: Socket = connect({ host, port: Number(port) });
  onEnd(t, () => runtime.destroy());
  runtime.write('GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: h\r\n\r\n');
  await asked;
  return { api, runtime, heard, hear };
}

test('an event that meets a connection just closed is given back', async (t) => {
  const { api, runtime, heard } = await awaited(t);
  // The host has not heard of it: both happen in one turn of the event loop.
  runtime.destroy();
  assert.equal(api.isAwaited(), true);
  api.deliver(DELIVERY);
  assert.equal(await heard, 'unread');
});

test('an event that a runtime has read before it closed is not given to another', async (t) => {
  const { api, runtime, heard, hear } = await awaited(t);
  api.deliver(DELIVERY);
  await once(runtime, 'data');
  runtime.destroy();
  await once(runtime, 'close');
  // By then the host has heard of the end.
  await fetch(`http://${api.address}/none`);
  hear('nothing');
  assert.equal(await heard, 'nothing');
});
