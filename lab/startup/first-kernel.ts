/** `node lab/startup/first-kernel.ts [--cpu 0.072]`: the kernel's part of a first invocation. */
import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OptionError, readFlags, resolveOptions } from '@sheep-shed/options';
import { renderTable } from '../../bench/reports/table.ts';
import { medianOf } from './cold-starts.ts';
import type { CpuQuota } from './cpu-quota.ts';
import { openCpuQuota } from './cpu-quota.ts';
import { START_OPTIONS } from './options.ts';

const RUN_LIMIT_MS = 60_000;
const CHILD = join(import.meta.dirname, 'kernel-child.ts');
/** What a function of 128 MB is given, and what the handler of the wolf asks of its environment. */
const FLAGS = ['--max-old-space-size=115', '--max-semi-space-size=6'];
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_REGION: 'eu-west-3',
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
  SHEEP_SHED_TABLE: 'sheep-shed-bench',
};
const CASES = [
  { label: 'a loop of 1 ms', kernel: 'loop', init: 'warm' },
  { label: 'cat A(3,8)', kernel: 'cat', init: 'warm' },
  { label: 'cat A(3,8), no warm-up', kernel: 'cat', init: 'cold' },
  { label: 'wolf on 1 000 sheep', kernel: 'wolf', init: 'warm' },
  { label: 'wolf on 1 000 sheep, no warm-up', kernel: 'wolf', init: 'cold' },
];

async function main(args: readonly string[]): Promise<void> {
  const { starts, cpu } = resolveOptions(START_OPTIONS, { flags: readFlags(START_OPTIONS, args).flags });
  let quota: CpuQuota | undefined;
  const found = CASES.map((): { readonly wallMs: number; readonly cpuMs: number }[] => []);
  try {
    quota = cpu === undefined ? undefined : await openCpuQuota(cpu);
    for (let pass = 0; pass < starts; pass++) {
      for (const [index, { kernel, init }] of CASES.entries()) {
        const parameters = [...FLAGS, CHILD, kernel, init, quota?.processesFile ?? ''];
        const options = { env: ENVIRONMENT, timeout: RUN_LIMIT_MS };
        const { stdout } = await promisify(execFile)(process.execPath, parameters, options);
        found[index]?.push(JSON.parse(stdout));
      }
    }
  } finally {
    await quota?.close();
  }
  const speed = cpu === undefined ? 'full speed' : `at ${cpu} of a CPU after init`;
  const rows = CASES.map(({ label }, index) => {
    const calls = found[index] ?? [];
    const figures = [calls.map(({ wallMs }) => wallMs), calls.map(({ cpuMs }) => cpuMs)];
    return [label, ...figures.map((values) => medianOf(values).toFixed(2))];
  });
  process.stdout.write(
    `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}; medians of ${starts} fresh processes; ${speed}\n\n${renderTable(['first call of the kernel', 'ms', 'CPU ms'], rows)}\n`,
  );
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = error instanceof OptionError ? 2 : 1;
  process.stderr.write(
    `first-kernel: ${error instanceof OptionError ? error.message : (error as Error).stack}\n`,
  );
});
