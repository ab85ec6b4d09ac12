import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { openProcessCpu } from '../../packages/local-lambda/src/environments/cpu-time.ts';
import { createMeter } from '../../packages/local-lambda/src/environments/meter.ts';
import { insightsLines } from '../../packages/local-lambda/src/logs/insights-line.ts';
import { experiment } from '../experiment.ts';

const OPTIONS = {
  readings: {
    help: 'how often each is done',
    default: 20_000,
    ...wholeNumber(100, 10_000_000),
  } satisfies Option<number>,
};
const REPORT = {
  requestId: '00000000-0000-0000-0000-000000000000',
  durationMs: 0.2,
  initMs: undefined,
  memorySizeMb: 128,
  maxMemoryUsedMb: 60,
  cpuMs: 0.1,
};

/** What the CPU time of an invocation costs the host, in µs, with an idle Node as the process that is measured. */
export const cpuReading = experiment(OPTIONS, async ({ readings }, lab) => {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1e6)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  lab.atEnd(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const cpu = openProcessCpu(child.pid ?? 0, '/proc');
  if (cpu === undefined) return lab.say('not available: there is no /proc');
  lab.atEnd(() => cpu.close());
  const meter = createMeter(() => performance.now());
  meter.watch({ memory: undefined, cpu });
  const write = insightsLines({ name: 'measured', memorySizeMb: 128 } as Parameters<typeof insightsLines>[0]);
  const time = (what: string, action: () => unknown): void => {
    for (let i = 0; i < readings / 10; i += 1) action();
    const from = performance.now();
    for (let i = 0; i < readings; i += 1) action();
    lab.say(
      `${what.padEnd(52)} ${(((performance.now() - from) * 1000) / readings).toFixed(2).padStart(7)} µs`,
    );
  };
  time('CPU time of the first thread', () => cpu.readMs(false));
  time('CPU time of all threads', () => cpu.readMs(true));
  time('an invocation of 0.2 ms after another, readings', () => {
    meter.begin();
    meter.end(0.2);
  });
  time('… and its line', () => {
    meter.begin();
    meter.end(0.2);
    write(0, REPORT, 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=0;Sampled=0');
  });
});
