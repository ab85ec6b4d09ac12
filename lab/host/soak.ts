import { readdirSync } from 'node:fs';
import { Agent, request as ask } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { renderTable } from '../../bench/reports/table.ts';
import { experiment } from '../experiment.ts';
import { childrenOf, residentMb } from './process-figures.ts';
import { prepareProject } from './project.ts';
import { type Server, startLocalLambda } from './servers.ts';
import { prepareSwappedCode, type SwappedCode } from './swapped-code.ts';

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
/** New code must answer so long after it was put into the package, in ms; it is asked this often. */
const SWAP_LIMIT_MS = 30_000;
const SWAP_ASK_MS = 50;

/** A fault, how many of it there are in 10 000 requests, and the status that each must get; 0: the client leaves. */
interface Fault {
  readonly how: string;
  readonly share: number;
  readonly status: number;
  /** Default: the function that fails as it is told. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const INVOKE = '/2015-03-31/functions/bench-host-dev-hello/invocations';
const FINE: Fault = { how: 'fine', share: 0, status: 200 };

/** 100 in all. */
const FAULTS: readonly Fault[] = [
  { how: 'throw', share: 12, status: 500 },
  { how: 'exit', share: 10, status: 500 },
  { how: 'kill', share: 10, status: 500 },
  { how: 'hang', share: 1, status: 500 },
  { how: 'nul', share: 6, status: 500 },
  { how: 'beyond', share: 6, status: 500 },
  { how: 'object', share: 6, status: 500 },
  { how: 'trailer', share: 6, status: 200 },
  { how: 'gone', share: 10, status: 200 },
  { how: 'silent', share: 1, status: 200 },
  { how: 'text', share: 1, status: 500 },
  { how: 'twice', share: 5, status: 200 },
  { how: 'stranger', share: 5, status: 200 },
  { how: 'broken init', share: 1, status: 500, path: '/broken' },
  { how: 'invalid path', share: 5, status: 404, path: '/2015-03-31/functions/%zz' },
  { how: 'cross-site', share: 5, status: 403, path: INVOKE, headers: { origin: 'https://example.com' } },
  { how: 'reload', share: 1, status: 200 },
  { how: 'leave', share: 9, status: 0, path: '/soak/fine?n=0' },
];

/**
 * Requests of which 1 % go wrong, then a search for what was lost or left: every request answered as it should be, the
 * host's memory flat, no process, descriptor or file left.
 */
export const soak = experiment(OPTIONS, async ({ requests, connections }, lab) => {
  const project = await prepareProject(lab);
  const code = await prepareSwappedCode(project, lab);
  const served = { ...project, packageDir: code.packageDir };
  const server = await startLocalLambda('eager-reuse', served, lab, { more: ['--watch', 'on'] });
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const wrong: string[] = [];
  const counts = new Map<string, { readonly sent: number; readonly wrong: number }>();
  const startedAt = performance.now();
  let sent = 0;
  const work = async () => {
    while (sent < requests) {
      lab.signal.throwIfAborted();
      const n = sent++;
      const fault = planOf(n);
      const { how, status, path = `/soak/${how}?n=${n}` } = fault;
      const url = new URL(path, server.url).href;
      if (how === 'reload') await swap(url, agent, code);
      const since = code.answered();
      const got = await request(url, agent, fault);
      const isGood = got.status === status && (status !== 200 || isAnswerTo(n, got.body, code, since));
      const count = counts.get(how) ?? { sent: 0, wrong: 0 };
      counts.set(how, { sent: count.sent + 1, wrong: count.wrong + (isGood ? 0 : 1) });
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
  const rows = [...counts].map(([how, count]) => [how, String(count.sent), String(count.wrong)]);
  lab.say(renderTable(['fault', 'requests', 'not answered as they should'], rows));
  const seconds = (performance.now() - startedAt) / 1000;
  lab.say(`${seconds.toFixed(0)} s, ${(requests / seconds).toFixed(0)} requests/s`);
  lab.say(`${requests - wrong.length} of ${requests} answered as they should`);
  if (wrong.length > 0) throw new Error(`wrong answers, such as ${wrong.slice(0, 3).join('; ')}`);
  if (left.length > 0) throw new Error(`temporary folders left: ${left.join(', ')}`);
});

/** Swaps the function's code, and waits until the new one answers. @throws Error when it does not. */
async function swap(url: string, agent: Agent, code: SwappedCode): Promise<void> {
  const version = await code.swap();
  const giveUpAt = performance.now() + SWAP_LIMIT_MS;
  while (code.answered() < version) {
    const { body } = await request(url, agent, FINE);
    const answered = versionOf(body);
    if (answered !== undefined) code.isExpected(answered, 0);
    if (performance.now() > giveUpAt) throw new Error(`version ${version} does not answer: ${body}`);
    await sleep(SWAP_ASK_MS);
  }
}

/** Whether an answer is that to request `n`, by code that may have answered it. */
function isAnswerTo(n: number, body: string, code: SwappedCode, since: number): boolean {
  const version = versionOf(body);
  return version !== undefined && body.startsWith(`${n} `) && code.isExpected(version, since);
}

function versionOf(body: string): number | undefined {
  const version = / by version (\d+)$/.exec(body)?.[1];
  return version === undefined ? undefined : Number(version);
}

/** Spreads the faults evenly, in an order that is the same in each run. */
function planOf(n: number): Fault {
  let place = (n * 7_919) % 10_000;
  for (const fault of FAULTS) {
    if (place < fault.share) return fault;
    place -= fault.share;
  }
  return FINE;
}

function request(
  url: string,
  agent: Agent,
  { status, headers = {} }: Fault,
): Promise<{ status: number; body: string }> {
  const isLeft = status === 0;
  const method = headers['origin'] === undefined ? 'GET' : 'POST';
  return new Promise((resolve) => {
    const sending = ask(url, { agent: isLeft ? false : agent, headers, method }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? -1, body }));
    });
    sending.on('error', (error) => resolve({ status: isLeft ? 0 : -1, body: error.message }));
    if (isLeft) sending.once('finish', () => setImmediate(() => sending.destroy(new Error('left'))));
    sending.end();
  });
}

function stateOf({ pid }: Server): string {
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  const [rss, open, processes] = [residentMb(pid).toFixed(0), descriptors, childrenOf(pid).length].map(
    String,
  );
  return `${rss?.padStart(11)}  ${open?.padStart(11)}  ${processes?.padStart(9)}`;
}
