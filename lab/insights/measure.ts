import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder, toRecords } from '@sheep-shed/log-insights';
import { compareByHand } from './hand-written.ts';

/** What one measured process reports: milliseconds of wall time, MB of peak resident memory, and the total it found. */
export interface Measurement {
  readonly milliseconds: number;
  readonly peakMb: number;
  readonly invocations: number;
  readonly p99Sum: number;
}

const [variant, folder = ''] = process.argv.slice(2);
const QUERY = join(import.meta.dirname, '..', '..', 'cloudwatch-queries', 'compare.logsinsights');

const started = performance.now();
const found = variant === 'hand' ? byHand() : await byEvaluator();
const milliseconds = performance.now() - started;
// maxRSS is in kB on Linux and macOS alike: libuv converts it.
const measurement: Measurement = { milliseconds, peakMb: process.resourceUsage().maxRSS / 1024, ...found };
process.stdout.write(JSON.stringify(measurement));

function byHand(): Pick<Measurement, 'invocations' | 'p99Sum'> {
  const rows = compareByHand(globSync('**/*.log', { cwd: folder }).map((path) => join(folder, path)));
  return {
    invocations: rows.reduce((sum, row) => sum + row.invocations, 0),
    p99Sum: rows.reduce((sum, row) => sum + row.p99, 0),
  };
}

async function byEvaluator(): Promise<Pick<Measurement, 'invocations' | 'p99Sum'>> {
  const records = toRecords(await logFolder(folder).query(readFileSync(QUERY, 'utf8')));
  const sum = (name: string): number => records.reduce((total, record) => total + Number(record[name]), 0);
  return { invocations: sum('invocations'), p99Sum: sum('p99_ms') };
}
