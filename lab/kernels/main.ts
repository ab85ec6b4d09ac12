import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { OptionError, readFlags, renderOptions, resolveOptions } from '@sheep-shed/options';
import { makeHerd } from '../../bench/herd/make-herd.ts';
import { progressOn } from '../../bench/world/progress.ts';
import { measureKernels } from './measure.ts';
import { KERNEL_OPTIONS } from './options.ts';
import { renderKernel } from './report.ts';
import { findVariants } from './variants.ts';

const ROOT = dirname(dirname(import.meta.dirname));

async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { flags, words } = readFlags(KERNEL_OPTIONS, args);
  const { rounds, herd, help } = resolveOptions(KERNEL_OPTIONS, { flags });
  if (words.length > 0) throw new OptionError(`unexpected word ${JSON.stringify(words[0])}`);
  if (help) {
    const about = 'Compares the kernels of the cat and the wolf in TypeScript, Rust and Python.';
    process.stdout.write(`${about}\n\n${renderOptions(KERNEL_OPTIONS)}\n`);
    return;
  }
  const progress = progressOn(process.stderr, () => performance.now());
  try {
    const { variants, notices } = await findVariants(ROOT, progress.step);
    for (const notice of notices) progress.line(notice);
    const series = await measureKernels(variants, makeHerd(herd, 1), rounds, progress, signal);
    progress.end();
    const machine = `Node ${process.version}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
    const sections = [
      `${machine}; medians of ${rounds} interleaved rounds, of each the fastest call\nresults, step counts, primes and eaten sheep agree`,
      ...notices,
      renderKernel('cat A(3,8), 2 785 999 steps', 'cat', series),
      renderKernel(`wolf, sieve and ${herd.toLocaleString('en').replaceAll(',', ' ')} sheep`, 'wolf', series),
    ];
    process.stdout.write(`${sections.join('\n\n')}\n`);
  } finally {
    progress.end();
  }
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
await main(process.argv.slice(2), interrupted.signal).catch((error: unknown) => {
  process.exitCode = interrupted.signal.aborted ? 130 : error instanceof OptionError ? 2 : 1;
  if (interrupted.signal.aborted) return;
  const text = error instanceof OptionError ? error.message : (error as Error).stack;
  process.stderr.write(`bench:kernels: ${text}\n`);
});
