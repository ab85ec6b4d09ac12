import { readdirSync } from 'node:fs';
import { Agent, get } from 'node:http';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { experiment } from '../experiment.ts';
import { childrenOf, residentMb } from './process-figures.ts';
import { prepareProject } from './project.ts';
import { type Server, startLocalLambda } from './servers.ts';

const OPTIONS = {
  requests: {
    help: 'requests, of which one in a hundred goes wrong',
    default: 100_000,
    ...wholeNumber(1, 1_000_000_000),
  } satisfies Option<number>,
  connections: {
    help: 'requests under way at once',
    default: 8,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
};
const TELL_MS = 10_000;

/** Shares of the faults in 10 000 requests, 100 in all, and the status that each must get; 0: the client leaves. */
const FAULTS: readonly (readonly [how: string, share: number, status: number])[] = [
  ['throw', 20, 500],
  ['exit', 20, 500],
  ['kill', 19, 500],
  ['hang', 1, 500],
  ['header', 10, 500],
  ['object', 10, 500],
  ['%zz', 10, 404],
  ['leave', 10, 0],
];

/**
 * Requests of which 1 % go wrong, then a search for what was lost or left: every request answered as it should be, the
 * host's memory flat, no process, descriptor or file left.
 */
export const soak = experiment(OPTIONS, async ({ requests, connections }, lab) => {
  const server = await startLocalLambda('eager-reuse', await prepareProject(lab), lab);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const wrong: string[] = [];
  let sent = 0;
  const work = async () => {
    while (sent < requests) {
      lab.signal.throwIfAborted();
      const n = sent++;
      const [how, status] = planOf(n);
      // One that ended the host once stands for the Lambda API.
      const path = how === '%zz' ? '/2015-03-31/functions/%zz' : `/soak/${how}?n=${n}`;
      const url = new URL(path, server.url).href;
      const got = await request(url, agent, status === 0);
      const isGood = got.status === status && (status !== 200 || got.body === String(n));
      if (!isGood) wrong.push(`request ${n} (${how}): ${got.status} ${got.body}`);
    }
  };
  lab.say('requests  host RSS MB  descriptors  processes');
  const tell = () => lab.say(`${String(sent).padStart(8)}  ${stateOf(server)}`);
  const telling = setInterval(tell, TELL_MS);
  try {
    await Promise.all(Array.from({ length: connections }, work));
    tell();
  } finally {
    clearInterval(telling);
    agent.destroy();
    await server.stop();
  }
  const left = readdirSync(lab.folder).filter((name) => name.startsWith('local-lambda-'));
  lab.say(`${requests - wrong.length} of ${requests} answered as they should`);
  if (wrong.length > 0) throw new Error(`wrong answers, such as ${wrong.slice(0, 3).join('; ')}`);
  if (left.length > 0) throw new Error(`temporary folders left: ${left.join(', ')}`);
});

/** Spreads the faults evenly, in an order that is the same in each run. */
function planOf(n: number): readonly [how: string, status: number] {
  let place = (n * 7_919) % 10_000;
  for (const [how, share, status] of FAULTS) {
    if (place < share) return [how, status];
    place -= share;
  }
  return ['fine', 200];
}

function request(url: string, agent: Agent, isLeft: boolean): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const sending = get(url, { agent: isLeft ? false : agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? -1, body }));
    });
    sending.on('error', (error) => resolve({ status: isLeft ? 0 : -1, body: error.message }));
    if (isLeft) sending.once('finish', () => setImmediate(() => sending.destroy(new Error('left'))));
  });
}

function stateOf({ pid }: Server): string {
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  const [rss, open, processes] = [residentMb(pid).toFixed(0), descriptors, childrenOf(pid).length].map(
    String,
  );
  return `${rss?.padStart(11)}  ${open?.padStart(11)}  ${processes?.padStart(9)}`;
}
