import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Values } from '@sheep-shed/options';
import { OptionError, readFlags, renderOptions, resolveOptions } from '@sheep-shed/options';
import { progressOn } from '../../bench/world/progress.ts';
import { measureStarts } from './cold-starts.ts';
import { importTree } from './imports.ts';
import { STARTUP_OPTIONS } from './options.ts';
import { renderStarts } from './report.ts';
import { startStacks } from './stacks.ts';

const ROOT = dirname(dirname(import.meta.dirname));
const USAGE = `Usage: npm run bench:startup -- [options]

Starts every function of every stack cold on local-lambda, beside the bare runtimes, and tells where init goes.

${renderOptions(STARTUP_OPTIONS)}

Examples:
  npm run bench:startup -- --starts 5
  npm run bench:startup -- --cpu 0.072
  npm run bench:startup -- --stack ts --tree ts/get-cat
`;

async function measure(options: Values<typeof STARTUP_OPTIONS>, folder: string, signal: AbortSignal) {
  const { starts, cpu, stack: chosen, tree } = options;
  if (tree !== undefined && chosen !== undefined && !chosen.includes(tree.stack)) {
    throw new OptionError(`--tree must be of a stack that is measured; got "${tree.stack}/${tree.name}"`);
  }
  const progress = progressOn(process.stderr, () => performance.now());
  const started = await startStacks({ root: ROOT, folder, chosen, cpu, progress, signal });
  try {
    const found = await measureStarts(started.subjects, starts, async (pass) => {
      progress.step(`cold starts: ${pass} of ${starts}`);
      signal.throwIfAborted();
      await started.prepare(pass);
    });
    progress.step('timing imports');
    const report = renderStarts(found, { starts, cpu });
    const shown = tree ?? report.slowest;
    const imports = await importTree({ root: ROOT, folder, started, ...shown });
    progress.end();
    process.stdout.write(`${report.text}\n\nimports of ${shown.stack}/${shown.name}:\n${imports}\n`);
  } finally {
    progress.end();
    await started.close();
  }
}

async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { flags, words } = readFlags(STARTUP_OPTIONS, args);
  if (words[0] !== undefined) throw new OptionError(`unexpected word ${JSON.stringify(words[0])}`);
  const options = resolveOptions(STARTUP_OPTIONS, { flags });
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'bench-startup-'));
  await measure(options, folder, signal).finally(() => rm(folder, { recursive: true, force: true }));
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
await main(process.argv.slice(2), interrupted.signal).catch((error: unknown) => {
  process.exitCode = interrupted.signal.aborted ? 130 : error instanceof OptionError ? 2 : 1;
  if (!interrupted.signal.aborted)
    process.stderr.write(
      `bench:startup: ${error instanceof OptionError ? error.message : (error as Error).stack}\n`,
    );
});
