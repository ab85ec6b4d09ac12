import { resolveOptions } from '@sheep-shed/options';
import { optionsOf } from '../../../src/hosts/host-options.ts';
import { poller } from '../../../src/hosts/poller/poller.ts';
import { type RunningHost, runHost } from '../../../src/hosts/run-host.ts';

/** The key of tests. */
export const KEY = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** Starts a poller in this process; `lines` gets what it would write to standard output. */
export function startPoller(
  environment: Readonly<Record<string, string>>,
  lines: string[] = [],
  clock: () => number = () => performance.now(),
): Promise<RunningHost> {
  const all = { HOST_LOGS: '-', PORT: '0', AWS_REGION: 'eu-west-3', ...KEY, ...environment };
  return runHost('poller', poller, resolveOptions(optionsOf(poller.options), { environment: all }), {
    random: Math.random,
    clock,
    now: Date.now,
    memorySizeMb: 512,
    peakMb: () => 64,
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
  });
}
