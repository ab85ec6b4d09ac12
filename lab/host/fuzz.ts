import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { fuzz } from '../../packages/local-lambda/test/fuzz/requests.ts';
import { experiment } from '../experiment.ts';
import { prepareProject } from './project.ts';
import { startLocalLambda } from './servers.ts';

const OPTIONS = {
  requests: {
    help: 'random requests',
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

/** Random requests from the grammar of HTTP, one in two damaged, to the public port; then the host must still answer. */
export const fuzzHost = experiment(OPTIONS, async ({ requests, seed }, lab) => {
  const server = await startLocalLambda('eager-reuse', await prepareProject(lab), lab);
  const { hostname, port } = new URL(server.url);
  const wrong: string[] = [];
  for (let sent = 0; sent < requests; sent += STEP) {
    lab.signal.throwIfAborted();
    const part = {
      host: hostname,
      port: Number(port),
      seed: seed + sent,
      requests: Math.min(STEP, requests - sent),
    };
    wrong.push(...(await fuzz(part, PATHS)));
    lab.progress.line(
      `${Math.min(sent + STEP, requests)} requests sent, ${wrong.length} answers that are no HTTP`,
    );
  }
  const { status } = await fetch(server.url);
  lab.say(
    `${requests} requests from seed ${seed}: ${wrong.length} answers that are no HTTP; then ${status} from ${server.url}`,
  );
  for (const example of wrong.slice(0, 10)) lab.say(example);
  if (wrong.length > 0 || status !== 200) throw new Error('local-lambda did not stand it');
});
