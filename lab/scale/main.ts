import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { OptionError, readFlags, renderOptions, resolveOptions } from '@sheep-shed/options';
import { progressOn } from '../../bench/world/progress.ts';
import { measureGrowth } from './growth.ts';
import { measureMemory } from './memory.ts';
import { SCALE_OPTIONS } from './options.ts';
import { measureOverlap } from './overlap.ts';
import { startSheds } from './sheds.ts';

const ROOT = dirname(dirname(import.meta.dirname));

async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { flags, words } = readFlags(SCALE_OPTIONS, args);
  const { part, herd, rounds, calls, help } = resolveOptions(SCALE_OPTIONS, { flags });
  if (words.length > 0) throw new OptionError(`unexpected word ${JSON.stringify(words[0])}`);
  if (help) {
    const about =
      'Measures memory and scale of the TypeScript functions on local-lambda and a local DynamoDB.';
    process.stdout.write(`${about}\n\n${renderOptions(SCALE_OPTIONS)}\n`);
    return;
  }
  const progress = progressOn(process.stderr, () => performance.now());
  const { dynamodb, sheds, close } = await startSheds(ROOT, herd, progress, signal);
  const [smallest] = sheds;
  const middle = sheds[sheds.length >> 1];
  try {
    const sections = [`Node ${process.version}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`];
    // What reads the herd comes before the memory part, which changes the smallest.
    if (part.includes('scale')) sections.push(await measureGrowth(sheds, rounds, progress, signal));
    if (part.includes('overlap') && middle !== undefined) {
      sections.push(await measureOverlap(dynamodb, middle, rounds, progress, signal));
    }
    if (part.includes('memory') && smallest !== undefined) {
      sections.push(await measureMemory(smallest, calls, progress, signal));
    }
    progress.end();
    process.stdout.write(`${sections.join('\n\n')}\n`);
  } finally {
    progress.end();
    await close();
  }
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
await main(process.argv.slice(2), interrupted.signal).catch((error: unknown) => {
  process.exitCode = interrupted.signal.aborted ? 130 : error instanceof OptionError ? 2 : 1;
  if (interrupted.signal.aborted) return;
  const text = error instanceof OptionError ? error.message : (error as Error).stack;
  process.stderr.write(`bench:scale: ${text}\n`);
});
