import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEnd, startHost } from '../fixture-package.ts';
import { fuzz, PUBLIC_PATHS, RUNTIME_PATHS } from './requests.ts';
import { startFuzzedRuntimeApi } from './runtime-api.ts';

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
  const api = await startFuzzedRuntimeApi((error) => faults.push(error));
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
