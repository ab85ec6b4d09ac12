import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startDynamodb, tablesOf } from '@sheep-shed/local-lambda/dynamodb';
import type { Option, OptionTable, Values } from '@sheep-shed/options';
import { OptionError, readFlags, renderOptions, resolveOptions } from '@sheep-shed/options';
import { wordsOf } from '@sheep-shed/options/readers';
import { stop } from 'esbuild';
import { renderTable } from '../../bench/reports/table.ts';
import { packageStacks } from '../../bench/stacks/local-stacks.ts';
import { localTable } from '../../bench/stacks/table.ts';
import type { Progress } from '../../bench/world/progress.ts';
import { progressOn } from '../../bench/world/progress.ts';
import type { Subject } from './cold-starts.ts';
import { hostForStarts, measureStarts, medianStart } from './cold-starts.ts';
import { openCpuQuota } from './cpu-quota.ts';
import { LEVER_NAMES, LEVERS, type Lever, type LeverName } from './levers.ts';
import { bundlerOptions } from './node-imports.ts';
import { START_OPTIONS } from './options.ts';
import { QUOTA_VARIABLE, writePackage } from './packages.ts';
import { callWith, HERD, passesPerHerd } from './requests.ts';
import { startTlsFront } from './tls-front.ts';
import { buildVariant, fillCompileCache, type Variant } from './variants.ts';

const ROOT = dirname(dirname(import.meta.dirname));
const OPTIONS = {
  ...START_OPTIONS,
  starts: { ...START_OPTIONS.starts, help: 'cold starts of every variant' },
  lever: {
    help: 'what to measure',
    default: LEVER_NAMES,
    repeatable: true,
    ...wordsOf(LEVER_NAMES),
  } satisfies Option<readonly LeverName[]>,
} satisfies OptionTable;
const USAGE = `Usage: npm run bench:levers -- [options]

Starts variants of a function cold, in turn: what we ship, and the same with one thing changed.

${renderOptions(OPTIONS)}

Levers:
${LEVER_NAMES.map((name) => `  ${name.padEnd(16)} ${LEVERS[name].help}`).join('\n')}
`;

const HEADER = [
  'variant',
  'init ms',
  'CPU ms',
  'first ms',
  'second ms',
  'init + first',
  'peak MB',
  'package kB',
];

/** Everything that the variants of all levers share. */
async function openWorkshop(
  { cpu, lever: names }: Values<typeof OPTIONS>,
  folder: string,
  progress: Progress,
  signal: AbortSignal,
) {
  const cleanups: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    const quota = cpu === undefined ? undefined : await openCpuQuota(cpu);
    if (quota !== undefined) cleanups.push(() => quota.close());
    const { packages } = await packageStacks(ROOT, ['ts'], progress, signal);
    const packageDir = packages.get('ts') ?? '';
    const dynamodb = await startDynamodb();
    cleanups.push(() => dynamodb.close());
    const [properties] = await tablesOf(packageDir);
    const table = await localTable(dynamodb, properties ?? {});
    cleanups.push(() => table.close());
    const front = names.some(speaksTls) ? await startTlsFront(dynamodb.endpoint, folder) : undefined;
    cleanups.push(async () => front?.close());
    const shared = {
      SHEEP_SHED_TABLE: String(properties?.['TableName']),
      ...(quota === undefined ? {} : { [QUOTA_VARIABLE]: quota.processesFile }),
    };
    const plain = { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint };
    const tls = {
      AWS_ENDPOINT_URL_DYNAMODB: front?.url ?? '',
      NODE_EXTRA_CA_CERTS: front?.certificateFile ?? '',
    };
    const bundler = await bundlerOptions(packageDir);
    const environmentOf = (variant: Variant) => ({
      ...shared,
      ...(variant.tls ? tls : plain),
      ...variant.environment,
    });
    return { bundler, table, environmentOf, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function speaksTls(name: LeverName): boolean {
  const { variants }: Lever = LEVERS[name];
  return variants.some(({ tls }) => tls);
}

type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

/** Packages the variants of a lever and hosts them. */
async function hostLever(
  name: LeverName,
  lever: Lever,
  folder: string,
  workshop: Workshop,
  progress: Progress,
) {
  const { environmentOf, bundler } = workshop;
  const packageDir = join(folder, name);
  await mkdir(packageDir, { recursive: true });
  const functions = [];
  for (const [index, variant] of lever.variants.entries()) {
    const environment = environmentOf(variant);
    const sources = { root: ROOT, bundler };
    const built = await buildVariant(`${name}-${index}`, lever.functionName, variant, sources);
    functions.push({ ...built, environment });
  }
  await writePackage(packageDir, functions);
  const credentials = { AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench', AWS_REGION: 'eu-west-3' };
  for (const [index, variant] of lever.variants.entries()) {
    if (variant.compileCache === undefined) continue;
    const environment = { ...environmentOf(variant), ...credentials };
    await fillCompileCache(join(packageDir, `${name}-${index}`), environment);
  }
  return hostForStarts({
    stack: name,
    packageDir,
    logsDir: join(folder, 'logs'),
    cacheDir: join(ROOT, '.cache'),
    environment: {},
    progress,
    shortName: (one) => one,
    call: callWith(lever.functionName),
  });
}

async function measureLever(
  name: LeverName,
  starts: number,
  folder: string,
  workshop: Workshop,
  progress: Progress,
) {
  const lever: Lever = LEVERS[name];
  const starting = await hostLever(name, lever, folder, workshop, progress);
  try {
    const found = await measureStarts(starting.subjects, starts, async (pass) => {
      progress.step(`${name}: ${pass} of ${starts}`);
      if (pass % passesPerHerd(lever.variants.length) === 0) await workshop.table.load(HERD.sheep);
    });
    const rows = [...found].map(([subject, measured]) => {
      const { initMs, initCpuMs, firstMs, secondMs, peakMb } = medianStart(measured);
      const all = [initMs, initCpuMs, firstMs, secondMs, initMs + firstMs];
      const figures = all.map((ms) => ms.toFixed(1));
      const size = (subject.packageBytes / 1000).toFixed(1);
      return [labelOf(lever, subject), ...figures, peakMb?.toFixed(0) ?? 'not available', size];
    });
    return `${name} (${lever.functionName}): ${lever.help}\n${renderTable(HEADER, rows)}\n`;
  } finally {
    await starting.close();
  }
}

function labelOf(lever: Lever, { name }: Subject): string {
  return lever.variants[Number(name.split('-').at(-1))]?.label ?? name;
}

async function measure(options: Values<typeof OPTIONS>, signal: AbortSignal) {
  const { starts, cpu, lever: names } = options;
  const progress = progressOn(process.stderr, () => performance.now());
  const folder = await mkdtemp(join(tmpdir(), 'bench-levers-'));
  const workshop = await openWorkshop(options, folder, progress, signal).catch(async (error) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const speed = cpu === undefined ? 'full speed' : `invocations at ${cpu} of a CPU, init at full speed`;
  const machine = `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}`;
  process.stdout.write(`${machine}; medians of ${starts} interleaved starts; ${speed}\n`);
  try {
    for (const name of names) {
      const text = await measureLever(name, starts, folder, workshop, progress);
      signal.throwIfAborted();
      progress.end();
      process.stdout.write(`\n${text}`);
    }
  } finally {
    progress.end();
    await workshop.close();
    await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { flags, words } = readFlags(OPTIONS, args);
  if (words[0] !== undefined) throw new OptionError(`unexpected word ${JSON.stringify(words[0])}`);
  const options = resolveOptions(OPTIONS, { flags });
  if (options.help) process.stdout.write(USAGE);
  else await measure(options, signal);
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
await main(process.argv.slice(2), interrupted.signal).catch((error: unknown) => {
  process.exitCode = interrupted.signal.aborted ? 130 : error instanceof OptionError ? 2 : 1;
  if (!interrupted.signal.aborted)
    process.stderr.write(
      `bench:levers: ${error instanceof OptionError ? error.message : (error as Error).stack}\n`,
    );
});
