import { requestUnits } from '../../bench/analysis/request-units.ts';
import { renderTable } from '../../bench/reports/table.ts';
import { ratioInterval } from '../../bench/statistics/ratio.ts';
import { SCAN_PAGE } from '../../src/adapters/dynamodb/dynamodb-options.ts';
import { type Lab, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';
import type { Reported } from '../reported-host.ts';
import type { Shed, Sheds } from './sheds.ts';

/** The functions that read the whole shed; the dog counts without a limit on pages. */
const READERS = [
  { name: 'get-dog', pageSize: undefined },
  { name: 'delete-wolf', pageSize: SCAN_PAGE },
] as const;

/** Small sheds are called more often in a round, so that a round of each takes about as long. */
const SHEEP_A_ROUND = 20_000;

interface Run {
  readonly shed: Shed;
  readonly reader: (typeof READERS)[number];
}

/** Calls as many times as make a round; the first round, which warms up, is left out. */
async function measureRounds(runs: readonly Run[], rounds: number, { progress, signal }: Lab) {
  const measure = async ({ shed, reader }: Run, round: number) => {
    progress.step(`round ${round} of ${rounds}: ${reader.name} on ${shed.size} sheep`);
    const calls = Math.max(1, Math.round(SHEEP_A_ROUND / shed.size));
    const reported: Reported[] = [];
    for (let call = 0; call < calls; call++) reported.push(await shed.call(reader.name));
    return {
      millis: median(reported.map(({ durationMs }) => durationMs)),
      peakMb: Math.max(...reported.map(({ peakMb }) => peakMb ?? Number.NaN)),
    };
  };
  const found = await takeTurns(runs, rounds + 1, signal, measure);
  return [...found].map(([run, all]) => ({
    ...run,
    millis: all.slice(1).map(({ millis }) => millis),
    peakMb: Math.max(...all.map(({ peakMb }) => peakMb)),
  }));
}

/** Time, read units and memory of the functions that read the whole shed, by its size. */
export async function measureGrowth(
  sheds: Sheds,
  sizes: readonly number[],
  rounds: number,
  lab: Lab,
): Promise<string> {
  const runs: Run[] = [];
  for (const size of sizes) {
    const shed = await sheds.open(size);
    runs.push(...READERS.map((reader) => ({ shed, reader })));
  }
  const rows = [];
  for (const { shed, reader, millis, peakMb } of await measureRounds(runs, rounds, lab)) {
    const units = await shed.readUnits(reader.pageSize);
    rows.push([
      reader.name,
      String(shed.size),
      median(millis).toFixed(1),
      ((median(millis) * 1000) / shed.size).toFixed(1),
      units.toFixed(1),
      ((units * 1000) / shed.size).toFixed(2),
      requestUnits(reader.name, shed.size).readUnits.toFixed(1),
      String(peakMb),
    ]);
  }
  rows.sort(([a = ''], [b = '']) => a.localeCompare(b));
  const units = ['read units', 'a 1 000 sheep', 'cost model'];
  const header = ['function', 'sheep', 'ms', 'µs a sheep', ...units, 'peak MB'];
  return `By size of the herd: medians of ${rounds} interleaved rounds; read units as the table counts them\n\n${renderTable(header, rows)}`;
}

/** What it gains to let the functions read several segments of the table at once. */
export async function measureSegments(sheds: Sheds, size: number, rounds: number, lab: Lab): Promise<string> {
  const runs: (Run & { segments: number })[] = [];
  for (const segments of [1, 2, 4]) {
    const shed = await sheds.open(size, { SHEEP_SHED_SEGMENTS: String(segments) });
    runs.push(...READERS.map((reader) => ({ shed, reader, segments })));
  }
  const found = await measureRounds(runs, rounds, lab);
  const rows = found.map(({ reader, millis }, index) => {
    const { segments = 1 } = runs[index] ?? {};
    const base = found.find((one) => one.reader === reader)?.millis ?? millis;
    const { ratio, low, high } = ratioInterval(base, millis);
    const interval = millis === base ? 'yardstick' : `${low.toFixed(2)} to ${high.toFixed(2)}`;
    return [reader.name, String(segments), median(millis).toFixed(1), ratio.toFixed(2), interval];
  });
  rows.sort(([a = ''], [b = '']) => a.localeCompare(b));
  const header = ['function', 'segments', 'ms', '× one segment', '95 % interval'];
  return `Segments at once, ${size} sheep: medians of ${rounds} interleaved rounds\n\n${renderTable(header, rows)}`;
}
