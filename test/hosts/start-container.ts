import { resolveOptions } from '@sheep-shed/options';
import { container } from '../../src/hosts/container/container.ts';
import { optionsOf } from '../../src/hosts/host-options.ts';
import { type RunningHost, runHost } from '../../src/hosts/run-host.ts';

/** Starts a container host in this process, on a free port; `lines` gets what it would write to standard output. */
export function startContainer(
  environment: Readonly<Record<string, string>>,
  lines: string[] = [],
): Promise<RunningHost> {
  const all = { HOST_LOGS: '-', PORT: '0', ...environment };
  return runHost('container', container, resolveOptions(optionsOf(container.options), { environment: all }), {
    random: Math.random,
    clock: () => performance.now(),
    now: Date.now,
    memorySizeMb: 512,
    peakMb: () => 64,
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
  });
}
