import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { createStrays } from '../../packages/local-lambda/src/confinement/strays.ts';
import { experiment } from '../experiment.ts';
import { median } from '../median.ts';

const OPTIONS = {
  processes: {
    help: 'processes that run beside',
    default: 500,
    ...wholeNumber(1, 20_000),
  } satisfies Option<number>,
  environments: {
    help: 'environments that end',
    default: 50,
    ...wholeNumber(1, 10_000),
  } satisfies Option<number>,
  rounds: { help: 'how often they end', default: 5, ...wholeNumber(1, 1_000) } satisfies Option<number>,
};
/** Between the end of one environment and that of the next, in ms. */
const APART_MS = 4;

/** What looking for strays costs the host, when many environments end on a machine with many processes. */
export const strays = experiment(OPTIONS, async ({ processes, environments, rounds }, lab) => {
  for (let i = 0; i < processes; i += 1) {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    lab.atEnd(() => child.kill('SIGKILL'));
    await once(child, 'spawn');
  }
  const found: { readonly cpuMs: number; readonly turnMs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    lab.signal.throwIfAborted();
    const { kill } = createStrays('/proc');
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const before = process.cpuUsage();
    const ends = Array.from({ length: environments }, async (_none, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * APART_MS));
      await kill(`no process has this ${i}`);
    });
    await Promise.all(ends);
    const { user, system } = process.cpuUsage(before);
    found.push({ cpuMs: (user + system) / 1_000, turnMs: delay.max / 1e6 });
    delay.disable();
  }
  const middle = (of: (one: (typeof found)[number]) => number) => median(found.map(of)).toFixed(0);
  lab.say(
    `${environments} environments, one each ${APART_MS} ms, beside ${processes} processes: CPU ${middle((one) => one.cpuMs)} ms, longest turn of the event loop ${middle((one) => one.turnMs)} ms`,
  );
});
