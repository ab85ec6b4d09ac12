import type { Option } from '@sheep-shed/options';
import { decimalNumber, wholeNumber } from '@sheep-shed/options/readers';
import { renderTable } from '../../bench/reports/table.ts';
import { ratioInterval } from '../../bench/statistics/ratio.ts';
import { startRabbitmq } from '../../rabbitmq/start-rabbitmq.ts';
import { experiment, type Lab, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';
import { type Loaded, openLoad } from './load.ts';
import { type EchoWorker, startEarlierWorker, startWorker } from './workers.ts';

const OPTIONS = {
  rounds: {
    help: 'rounds in which the workers take turns',
    default: 7,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  seconds: {
    help: 'seconds of load a round and worker',
    default: 3,
    ...decimalNumber({ above: 0, to: 600 }, 'seconds'),
  } satisfies Option<number>,
  messages: {
    help: 'messages of a full queue',
    default: 20_000,
    ...wholeNumber(1, 50_000),
  } satisfies Option<number>,
};
const IN_FLIGHT = 100;
const HEADER = ['worker', 'messages/s', 'CPU µs', 'p50 ms', 'p99 ms'];
const FIGURES: readonly [of: (one: Loaded) => number, what: string][] = [
  [(one) => one.perSecond, 'messages/s'],
  [(one) => one.cpuUs, 'CPU a message'],
  [(one) => one.p50Ms, 'p50'],
  [(one) => one.p99Ms, 'p99'],
];

/** The AMQP worker against the earlier runtime's, rebuilt: 5 KB echo, in paired rounds. */
export const worker = experiment(OPTIONS, async ({ rounds, seconds, messages }, lab) => {
  const broker = await startRabbitmq();
  lab.atEnd(broker.stop);
  const load = await openLoad(broker.url);
  lab.atEnd(load.close);
  for (const kind of ['transient', 'durable'] as const) {
    const earlier = await startEarlierWorker(broker.url, kind, lab);
    const ours = await startWorker(broker.url, kind, lab);
    const pair = [earlier, ours] as const;
    for (const one of pair) await load.inFlight(one, IN_FLIGHT, seconds);
    await compare(`${kind} queue, ${IN_FLIGHT} in flight`, pair, rounds, lab, (one) =>
      load.inFlight(one, IN_FLIGHT, seconds),
    );
    await compare(`${kind} queue, draining ${messages} messages`, pair, rounds, lab, (one) =>
      load.drain(one, messages),
    );
    for (const one of pair) await one.stop();
  }
});

async function compare(
  title: string,
  pair: readonly [EchoWorker, EchoWorker],
  rounds: number,
  { progress, signal, say }: Lab,
  measure: (worker: EchoWorker) => Promise<Loaded>,
): Promise<void> {
  const found = await takeTurns(pair, rounds, signal, (one, round) => {
    progress.step(`${title}, ${one.name}, round ${round + 1} of ${rounds}`);
    return measure(one);
  });
  const rows = pair.map((one) => [
    one.name,
    ...FIGURES.map(([of], i) => median((found.get(one) ?? []).map(of)).toFixed(i === 0 ? 0 : 1)),
  ]);
  say(`${title}:\n${renderTable(HEADER, rows)}`);
  const [base, other] = pair.map((one) => found.get(one) ?? []) as [Loaded[], Loaded[]];
  const ratios = FIGURES.map(([of, what]) => {
    const { ratio, low, high } = ratioInterval(base.map(of), other.map(of));
    return `${what} ${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
  });
  say(`worker over the earlier one: ${ratios.join(', ')}\n`);
}
