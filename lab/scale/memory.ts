import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { renderTable } from '../../bench/reports/table.ts';
import type { Lab } from '../experiment.ts';
import type { FunctionName } from '../reported-host.ts';
import type { Sheds } from './sheds.ts';

const BARE_LIMIT_MS = 30_000;
/** Where there is no /proc, `maxRSS` has to do, although it never falls below the memory of the process that started it. */
const PRINT_PEAK_KB = `
const { readFileSync, existsSync } = require('node:fs');
const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
console.log(/VmHWM:\\s+(\\d+) kB/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);`;

/** Sheep are added last, so that all others find the same herd. */
const FUNCTIONS: readonly FunctionName[] = ['get-cat', 'get-dog', 'delete-wolf', 'post-sheep'];

/** Peak resident memory of each function after many invocations on one shed, and over a Node that does nothing. */
export async function measureMemory(
  sheds: Sheds,
  size: number,
  calls: number,
  { progress, signal }: Lab,
): Promise<string> {
  const shed = await sheds.open(size);
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', PRINT_PEAK_KB], {
    env: {},
    timeout: BARE_LIMIT_MS,
  });
  const bareMb = Number(stdout) / 1024;
  const rows = [];
  for (const name of FUNCTIONS) {
    let peak = Number.NaN;
    for (let call = 0; call < calls; call++) {
      progress.step(`memory of ${name}: ${call} of ${calls} invocations`);
      peak = (await shed.call(name)).peakMb ?? Number.NaN;
      signal.throwIfAborted();
    }
    rows.push([name, String(size), String(calls), String(peak), (peak - bareMb).toFixed(0)]);
  }
  const header = ['function', 'sheep', 'invocations', 'peak MB', 'over bare Node'];
  return `Peak resident memory; bare Node, doing nothing: ${bareMb.toFixed(0)} MB\n\n${renderTable(header, rows)}`;
}
