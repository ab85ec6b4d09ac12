import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import type { Option, OptionTable } from '../../src/config.ts';
import { OptionError, readFlags, resolveOptions, wholeNumber } from '../../src/config.ts';
import { progressOn } from '../progress.ts';
import { renderTable } from '../reports/table.ts';
import { localStacks } from '../stacks/local-stacks.ts';
import type { Stack } from '../stacks/stack.ts';

const ROOT = dirname(dirname(import.meta.dirname));
const ANSWER_LIMIT_SECONDS = 30;

const OPTIONS = {
  starts: {
    help: 'cold starts of every function',
    default: 20,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
} satisfies OptionTable;

/** A request that makes each function start without the work that follows. */
const FIRST_REQUESTS: Readonly<Record<string, { method: string; path: string }>> = {
  'get-cat': { method: 'GET', path: '/cat?m=0&n=0' },
  'post-sheep': { method: 'POST', path: '/sheep/none' },
  'get-dog': { method: 'GET', path: '/dog' },
  'delete-wolf': { method: 'DELETE', path: '/wolf' },
};

/** Milliseconds from the start of a bare Node to its end, with nothing to do. */
async function bareNodeMillis(): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { env: {}, stdio: 'ignore', timeout: 30_000 });
  await once(child, 'exit');
  return performance.now() - startedAt;
}

/** Init in milliseconds of one cold start, as its REPORT line tells it. */
async function coldStart({ url, host, logs }: Stack, functionName: string): Promise<number> {
  const first = FIRST_REQUESTS[functionName];
  if (first === undefined || host === undefined || logs === undefined)
    throw new Error(`no first request for ${functionName}`);
  await host.dropEnvironments();
  const from = Date.now();
  const signal = AbortSignal.timeout(ANSWER_LIMIT_SECONDS * 1000);
  const response = await fetch(url + first.path, { method: first.method, signal });
  await response.text();
  await host.settle();
  const { summary } = await logs.summarise(functionName, [{ from, to: Date.now() }], 1);
  if (summary?.initP50 === undefined || summary.initP50 === null)
    throw new Error(`${functionName} did not start cold`);
  return summary.initP50;
}

const medianOf = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { starts } = resolveOptions(OPTIONS, { flags: readFlags(OPTIONS, args).flags });
  const progress = progressOn(process.stderr, () => performance.now());
  const { stacks, close } = await localStacks(ROOT, undefined, progress, signal);
  const functions = stacks.flatMap((stack) =>
    (stack.host?.functions ?? []).map((one) => ({ ...one, stack, inits: [] as number[] })),
  );
  const bare: number[] = [];
  try {
    // One pass over all of them at a time, so that a drift of the machine meets each alike.
    for (let pass = 0; pass < starts; pass++) {
      progress.step(`cold starts: ${pass} of ${starts}`);
      bare.push(await bareNodeMillis());
      for (const one of functions) one.inits.push(await coldStart(one.stack, one.function));
      signal.throwIfAborted();
    }
  } finally {
    await close();
    progress.end();
  }
  const base = medianOf(bare);
  const rows = functions.map(({ stack, function: name, inits, packageBytes }) => {
    const init = medianOf(inits);
    return [stack.name, name, init.toFixed(1), (init - base).toFixed(1), (packageBytes / 1000).toFixed(0)];
  });
  process.stdout.write(
    `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}; medians of ${starts} interleaved starts\n\n`,
  );
  process.stdout.write(`bare Node, start to end: ${base.toFixed(1)} ms\n\n`);
  process.stdout.write(
    `${renderTable(['stack', 'function', 'init ms', 'over bare Node', 'package kB'], rows)}\n`,
  );
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
