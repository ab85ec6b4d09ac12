/** `npm run bench:overhead`: what the bench's own client costs, against plain autocannon at the same bare server. */
import { parseArgs } from 'node:util';
import type { BareServer } from '../../bench/load/start-bare-server.ts';
import { startBareServer } from '../../bench/load/start-bare-server.ts';
import type { Cost } from './measure.ts';
import { measureLateness, PACERS } from './pacing.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '1' },
    soak: { type: 'string', default: '0' },
  },
});
const connections = wholeNumber('--connections', values.connections, 1, 1000);
const rounds = wholeNumber('--rounds', values.rounds, 1, 100);
const seconds = wholeNumber('--seconds', values.seconds, 1, 60);
const requests = wholeNumber('--soak', values.soak, 0, 100_000_000);

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
const { signal } = interrupted;
const server = await startBareServer(signal);
try {
  if (requests > 0) await soak(server.url, connections, requests, signal, say);
  else {
    await compare(server);
    await lateness();
  }
} finally {
  await server.close();
}

async function compare({ url }: BareServer): Promise<void> {
  // Not before it is needed: autocannon's memory is not the bench's.
  const { autocannonRate, benchRate, costOf, median } = await import('./measure.ts');
  const clients = {
    bench: () => benchRate(url, connections, seconds, signal),
    autocannon: () => autocannonRate(url, connections, seconds),
  };
  const names = ['bench', 'autocannon'] as const;
  const costs: Record<(typeof names)[number], Cost[]> = { bench: [], autocannon: [] };
  // Both compile in the first round, which does not count.
  for (let round = -1; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const cost = await costOf(clients[name]);
      if (round >= 0) costs[name].push(cost);
    }
  }
  say(`${connections} connections, ${rounds} rounds of ${seconds} s, every answer of the bench verified`);
  say('client      requests/s, median  lowest  highest  CPU µs a request, median');
  for (const name of names) {
    const rates = costs[name].map(({ rate }) => rate).sort((a, b) => a - b);
    const cpu = median(costs[name].map(({ cpuMicros }) => cpuMicros));
    const figures = [median(rates), rates[0], rates.at(-1)].map((rate) => (rate ?? 0).toFixed(0));
    const [middle = '', low = '', high = ''] = figures;
    say(
      `${name.padEnd(10)}  ${middle.padStart(18)}  ${low.padStart(6)}  ${high.padStart(7)}  ${cpu.toFixed(1).padStart(25)}`,
    );
  }
  const ratios = costs.bench.map(({ rate }, i) => rate / (costs.autocannon[i]?.rate ?? Number.NaN));
  const list = ratios.map((ratio) => ratio.toFixed(2)).join(' ');
  say(`bench over autocannon: ${median(ratios).toFixed(2)} (${list}); aim: 0.8 and 15000 requests/s`);
}

async function lateness(): Promise<void> {
  say('open model: how late a planned time is met, and what waiting for it costs');
  say('pacing                    requests/s  p50 µs  p90 µs  p99 µs  CPU µs a request');
  for (const rate of [50, 200, 1000]) {
    for (const [name, pacer] of Object.entries(PACERS)) {
      const { p50, p90, p99, cpuMicros } = await measureLateness(pacer, rate, 1);
      const figures = [p50, p90, p99].map((micros) => micros.toFixed(0).padStart(6)).join('  ');
      say(
        `${name.padEnd(24)}  ${String(rate).padStart(10)}  ${figures}  ${cpuMicros.toFixed(0).padStart(16)}`,
      );
    }
  }
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= low && value <= high) return value;
  process.stderr.write(`${name} must be a whole number from ${low} to ${high}; got "${text}"\n`);
  process.exit(2);
}

function say(message: string): void {
  process.stdout.write(`${message}\n`);
}
