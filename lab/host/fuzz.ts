import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { fuzz, RUNTIME_PATHS } from '../../packages/local-lambda/test/fuzz/requests.ts';
import { startFuzzedRuntimeApi } from '../../packages/local-lambda/test/fuzz/runtime-api.ts';
import { experiment, type Lab } from '../experiment.ts';
import { prepareProject } from './project.ts';
import { startLocalLambda } from './servers.ts';

const OPTIONS = {
  requests: {
    help: 'random requests to each of the two',
    default: 200_000,
    ...wholeNumber(1, 100_000_000),
  } satisfies Option<number>,
  seed: {
    help: 'what they are made from',
    default: 1,
    ...wholeNumber(0, 4_294_967_295),
  } satisfies Option<number>,
};
const STEP = 10_000;
const PATHS = [
  '/hello',
  '/soak/fine?n=1',
  '/none',
  '/2015-03-31/functions',
  '/2015-03-31/functions/%zz/invocations',
];

/**
 * Random requests from the grammar of HTTP, one in two damaged, to the public port and to a Runtime API; then both must
 * still answer.
 */
export const fuzzHost = experiment(OPTIONS, async (options, lab) => {
  const server = await startLocalLambda('eager-reuse', await prepareProject(lab), lab);
  await fuzzPort('the public port', server.url, PATHS, 200, options, lab);
  const faults: unknown[] = [];
  const api = await startFuzzedRuntimeApi((error) => faults.push(error));
  lab.atEnd(() => api.close());
  await fuzzPort('a Runtime API', `http://${api.address}/none`, RUNTIME_PATHS, 404, options, lab);
  if (faults.length > 0) throw new Error('the Runtime API met a fault of its own', { cause: faults[0] });
});

async function fuzzPort(
  name: string,
  url: string,
  paths: readonly string[],
  expected: number,
  { requests, seed }: { requests: number; seed: number },
  { signal, progress, say }: Lab,
): Promise<void> {
  const { hostname, port } = new URL(url);
  const wrong: string[] = [];
  for (let sent = 0; sent < requests; sent += STEP) {
    signal.throwIfAborted();
    const part = {
      host: hostname,
      port: Number(port),
      seed: seed + sent,
      requests: Math.min(STEP, requests - sent),
    };
    wrong.push(...(await fuzz(part, paths)));
    const done = Math.min(sent + STEP, requests);
    progress.line(`${name}: ${done} requests sent, ${wrong.length} answers that are no HTTP`);
  }
  const { status } = await fetch(url);
  say(
    `${name}: ${requests} requests from seed ${seed}, ${wrong.length} answers that are no HTTP; then ${status}`,
  );
  for (const example of wrong.slice(0, 10)) say(example);
  if (wrong.length > 0 || status !== expected) throw new Error(`${name} did not stand it`);
}
