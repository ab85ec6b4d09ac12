import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EnvironmentState, STARTING, transition } from '../../src/environments/state.ts';
import { startRuntimeApi } from '../../src/runtime-api/server.ts';
import { onEnd, startHost } from '../fixture-package.ts';
import { fuzz, PUBLIC_PATHS, RUNTIME_PATHS } from './requests.ts';

/** `FUZZ_SEED` repeats a run. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
const REQUESTS = 2_000;

test(`random requests to the public port are answered in HTTP or not at all (FUZZ_SEED=${SEED})`, async (t) => {
  const source =
    'export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';
  const host = await startHost(t, { echo: { source, routes: ['ANY /echo'] } });
  const { hostname, port } = new URL(host.url);
  assert.deepEqual(
    await fuzz({ host: hostname, port: Number(port), seed: SEED, requests: REQUESTS }, PUBLIC_PATHS),
    [],
  );
  assert.equal((await fetch(`${host.url}/echo`)).status, 200);
  assert.deepEqual(
    host.notices.filter((notice) => notice.includes('a fault of local-lambda')),
    [],
  );
});

test(`random requests to a Runtime API are answered in HTTP or not at all (FUZZ_SEED=${SEED})`, async (t) => {
  const faults: unknown[] = [];
  let state: EnvironmentState = STARTING;
  const apply = (event: Parameters<typeof transition>[1]) => {
    const result = transition(state, event);
    if ('refused' in result) return result.refused;
    state = result.state;
    return undefined;
  };
  const dispatch = () => {
    if (!api.isAwaited() || apply({ type: 'dispatch', requestId: 'r' }) !== undefined) return;
    const payload = Buffer.from('{}');
    api.deliver({
      requestId: 'r',
      deadlineMs: 0,
      functionArn: '',
      traceId: '',
      clientContext: undefined,
      payload,
    });
  };
  const api = await startRuntimeApi({
    next: () => {
      const refused = apply({ type: 'next' });
      if (refused === undefined) setImmediate(dispatch);
      return refused;
    },
    response: (requestId, body, tooLarge) => apply({ type: 'response', requestId, body, tooLarge }),
    error: (requestId, failure) => apply({ type: 'error', requestId, failure }),
    stream: (requestId) =>
      apply({ type: 'stream', requestId }) === undefined
        ? {
            begin: () => undefined,
            write: (_piece, resume) => {
              setImmediate(resume);
              return false;
            },
          }
        : undefined,
    streamEnd: (requestId, ending) => apply({ type: 'stream-end', requestId, ending }),
    streamBroken: () => void apply({ type: 'stream-end', requestId: 'r', ending: { kind: 'truncated' } }),
    // An init that failed would end the process, and there is none.
    initError: () => 'invalid-state',
    disconnected: () => void apply({ type: 'disconnected' }),
    unread: () => void apply({ type: 'unread' }),
    onFault: (_where, error) => faults.push(error),
  });
  onEnd(t, () => api.close());
  const [host = '', port] = api.address.split(':');
  assert.deepEqual(
    await fuzz({ host, port: Number(port), seed: SEED, requests: REQUESTS }, RUNTIME_PATHS),
    [],
  );
  assert.deepEqual(faults, []);
  const answer = await fetch(`http://${api.address}/none`);
  assert.equal(answer.status, 404);
});
