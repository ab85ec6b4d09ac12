import type { Option } from '@sheep-shed/options';
import { decimalNumber, wholeNumber } from '@sheep-shed/options/readers';
import { startBareServer } from '../../bench/load/start-bare-server.ts';
import { renderTable } from '../../bench/reports/table.ts';
import { experiment, type Lab, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';
import { measureLateness, PACERS } from './pacing.ts';
import { soakClient } from './soak.ts';

const OPTIONS = {
  connections: {
    help: 'requests under way at once',
    default: 10,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  rounds: {
    help: 'rounds in which both clients take turns',
    default: 10,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  seconds: {
    help: 'seconds of load a round and client, and of each row of the pacing',
    default: 1,
    ...decimalNumber({ above: 0, to: 60 }, 'seconds'),
  } satisfies Option<number>,
  soak: {
    help: "requests in one piece of load, to watch the client's memory; instead of the comparison when above 0",
    default: 0,
    ...wholeNumber(0, 100_000_000),
  } satisfies Option<number>,
};

/** The bench's own client against plain autocannon at the same bare server; its memory; how well it keeps time. */
export const overhead = experiment(OPTIONS, async ({ connections, rounds, seconds, soak }, lab) => {
  const { url, close } = await startBareServer(lab.signal);
  lab.atEnd(close);
  if (soak > 0) return soakClient(url, connections, soak, lab);
  lab.say(await compareClients(url, connections, rounds, seconds, lab));
  lab.say(`\n${await compareLateness(seconds, lab)}`);
});

async function compareClients(
  url: string,
  connections: number,
  rounds: number,
  seconds: number,
  { signal, progress }: Lab,
): Promise<string> {
  // Not before it is needed: autocannon's memory is not the bench's.
  const { autocannonRate, benchRate, costOf } = await import('./measure.ts');
  const clients = { bench: benchRate, autocannon: autocannonRate };
  const names = ['bench', 'autocannon'] as const;
  const measure = (name: (typeof names)[number], round: number) => {
    progress.step(`${name}, round ${round} of ${rounds}`);
    return costOf(() => clients[name](url, connections, seconds, signal));
  };
  const found = await takeTurns(names, rounds + 1, signal, measure);
  // Both compile in the first round, which does not count.
  const costs = [...found].map(([name, all]) => ({ name, counted: all.slice(1) }));
  const rows = costs.map(({ name, counted }) => {
    const rates = counted.map(({ rate }) => rate);
    const figures = [median(rates), Math.min(...rates), Math.max(...rates)].map((rate) => rate.toFixed(0));
    return [name, ...figures, median(counted.map(({ cpuMicros }) => cpuMicros)).toFixed(1)];
  });
  const [ours = [], theirs = []] = costs.map(({ counted }) => counted);
  const ratios = ours.map(({ rate }, i) => rate / (theirs[i]?.rate ?? Number.NaN));
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const header = ['client', 'requests/s', 'lowest', 'highest', 'CPU µs a request'];
  return `${connections} connections, medians of ${rounds} rounds of ${seconds} s, every answer of the bench verified

${renderTable(header, rows)}

bench over autocannon: ${median(ratios).toFixed(2)} (${range}); aimed at: 0.8, and 15000 requests/s`;
}

async function compareLateness(seconds: number, { signal }: Lab): Promise<string> {
  const rows = [];
  for (const rate of [50, 200, 500, 1000]) {
    for (const [name, pacer] of Object.entries(PACERS)) {
      signal.throwIfAborted();
      const { p50, p90, p99, cpuMicros } = await measureLateness(pacer, rate, seconds);
      rows.push([name, ...[rate, p50, p90, p99, cpuMicros].map((figure) => figure.toFixed(0))]);
    }
  }
  const header = ['pacing', 'requests/s', 'p50 µs', 'p90 µs', 'p99 µs', 'CPU µs a request'];
  return `open model: how late what is planned (Poisson) is sent, and what waiting for it costs\n\n${renderTable(header, rows)}`;
}
