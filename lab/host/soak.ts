/**
 * `node lab/host/soak.ts --requests 1000000`: requests of which 1 % go wrong, then a search for what was lost or
 * left: every request answered as it should be, the host's memory flat, no process, descriptor or file left.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { prepareProject } from './project.ts';
import { startOurs, type Target } from './targets.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '8' },
  },
});
const requests = Number(values.requests);
const connections = Number(values.connections);

/** Shares of the faults in 10 000 requests, 100 in all, and the status that each must get; 0: the client leaves. */
const FAULTS: readonly (readonly [string, number, number])[] = [
  ['throw', 40, 500],
  ['exit', 20, 500],
  ['kill', 19, 500],
  ['hang', 1, 500],
  ['leave', 20, 0],
];

const before = new Set(temporaryFolders());
const target = await startOurs('eager-reuse', await prepareProject(say));
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const wrong: string[] = [];
let sent = 0;
let answered = 0;

say('requests     host RSS MB   descriptors   processes');
const workers = Array.from({ length: connections }, () => work(target));
const progress = setInterval(() => say(state(target)), Math.max(2_000, requests / 100));
await Promise.all(workers);
clearInterval(progress);
agent.destroy();
say(state(target));
await target.stop();
const left = temporaryFolders().filter((name) => !before.has(name));
say(
  `${answered} of ${sent} answered as they should, ${wrong.length} not; temporary folders left: ${left.length}`,
);
for (const line of wrong.slice(0, 3)) say(line);
process.exitCode = wrong.length > 0 || left.length > 0 || answered !== sent ? 1 : 0;

async function work(to: Target): Promise<void> {
  while (sent < requests) {
    const n = sent;
    sent += 1;
    const [how, status] = planOf(n);
    const got = await request(`${to.origin}/soak/${how}?n=${n}`, status === 0);
    const good = got.status === status && (status !== 200 || got.body === String(n));
    if (good) answered += 1;
    else wrong.push(`request ${n} (${how}): ${got.status} ${got.body}`);
  }
}

/** Spreads the faults evenly, in an order that is the same in each run. */
function planOf(n: number): [string, number] {
  let place = (n * 7_919) % 10_000;
  for (const [how, share, status] of FAULTS) {
    if (place < share) return [how, status];
    place -= share;
  }
  return ['fine', 200];
}

function request(url: string, leave: boolean): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const sending = get(url, { agent: leave ? false : agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? -1, body }));
    });
    sending.on('error', (error) => resolve({ status: leave ? 0 : -1, body: error.message }));
    if (leave) sending.once('finish', () => setImmediate(() => sending.destroy(new Error('left'))));
  });
}

function state({ pid }: Target): string {
  const rss = Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  return `${String(sent).padStart(8)} ${rss.toFixed(0).padStart(13)} ${String(descriptors).padStart(13)} ${String(children(pid)).padStart(11)}`;
}

function children(parent: number): number {
  return readdirSync('/proc').filter((name) => {
    try {
      return new RegExp(`\\) \\w ${parent} `).test(readFileSync(`/proc/${name}/stat`, 'utf8'));
    } catch {
      return false;
    }
  }).length;
}

function temporaryFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^(local-lambda|bench-host)-/.test(name));
}

function say(message: string): void {
  process.stdout.write(`${message}\n`);
}
