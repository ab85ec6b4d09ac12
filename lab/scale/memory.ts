import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { renderTable } from '../../bench/reports/table.ts';
import type { Progress } from '../../bench/world/progress.ts';
import type { SizedShed } from './sheds.ts';

const BARE_LIMIT_MS = 30_000;
/** Where there is no /proc, `maxRSS` has to do, although it never falls below the memory of the process that started it. */
const PRINT_PEAK_KB = `
const { readFileSync, existsSync } = require('node:fs');
const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
console.log(/VmHWM:\\s+(\\d+) kB/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);`;

/** The sheep that a thousand wolves leave is what the next functions read; sheep are added last. */
const FUNCTIONS: readonly {
  readonly name: string;
  readonly method: string;
  readonly path: (call: number) => string;
  readonly statuses: readonly number[];
  /** Whether its work grows with the herd. */
  readonly readsHerd: boolean;
}[] = [
  { name: 'get-cat', method: 'GET', path: () => '/cat?m=3&n=8', statuses: [200], readsHerd: false },
  { name: 'get-dog', method: 'GET', path: () => '/dog', statuses: [200], readsHerd: true },
  { name: 'delete-wolf', method: 'DELETE', path: () => '/wolf', statuses: [204, 404], readsHerd: true },
  {
    name: 'post-sheep',
    method: 'POST',
    path: (call) => `/sheep/${call}`,
    statuses: [201],
    readsHerd: false,
  },
];

/** Peak resident memory of each function after many invocations on one shed, and over a Node that does nothing. */
export async function measureMemory(
  shed: SizedShed,
  calls: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const bare = await bareNodeMb();
  const rows = [];
  for (const { name, method, path, statuses } of FUNCTIONS) {
    for (let call = 0; call < calls; call++) {
      progress.step(`memory of ${name}: ${call} of ${calls} invocations`);
      await shed.call(name, method, path(call), statuses);
      signal.throwIfAborted();
    }
    const peak = Math.max(...(await shed.reported(name)).map(({ memoryMb }) => memoryMb));
    rows.push([name, String(shed.size), String(calls), String(peak), (peak - bare).toFixed(0)]);
  }
  const header = ['function', 'sheep', 'invocations', 'peak MB', 'over bare Node'];
  return `Peak resident memory; bare Node, doing nothing: ${bare.toFixed(0)} MB\n\n${renderTable(header, rows)}`;
}

async function bareNodeMb(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', PRINT_PEAK_KB], {
    env: {},
    timeout: BARE_LIMIT_MS,
  });
  return Number(stdout) / 1024;
}
