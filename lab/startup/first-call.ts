import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { renderTable } from '../../bench/reports/table.ts';
import { experiment, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';
import { openCpuQuota } from './cpu-quota.ts';
import { START_OPTIONS } from './experiment.ts';
import { sayPlan } from './report.ts';

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

/** The first call of each kernel in a fresh process, after the init of its function and without it. */
export const firstCall = experiment(
  START_OPTIONS,
  async ({ starts, cpu }, { say, progress, signal, atEnd }) => {
    const quota = cpu === undefined ? undefined : await openCpuQuota(cpu);
    if (quota !== undefined) atEnd(quota.close);
    const measure = async ({ label, kernel, init }: (typeof CASES)[number], pass: number) => {
      progress.step(`${label}: ${pass + 1} of ${starts}`);
      const parameters = [...FLAGS, CHILD, kernel, init, quota?.processesFile ?? ''];
      const options = { env: ENVIRONMENT, timeout: RUN_LIMIT_MS, signal };
      const { stdout } = await promisify(execFile)(process.execPath, parameters, options);
      return JSON.parse(stdout) as { readonly wallMs: number; readonly cpuMs: number };
    };
    const found = await takeTurns(CASES, starts, signal, measure);
    const rows = [...found].map(([{ label }, calls]) => [
      label,
      median(calls.map(({ wallMs }) => wallMs)).toFixed(2),
      median(calls.map(({ cpuMs }) => cpuMs)).toFixed(2),
    ]);
    say(`${sayPlan({ starts, cpu })}\n\n${renderTable(['first call of the kernel', 'ms', 'CPU ms'], rows)}`);
  },
);
