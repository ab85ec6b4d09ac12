import { requestUnits } from '../../bench/analysis/request-units.ts';
import { renderTable } from '../../bench/reports/table.ts';
import { median } from '../../bench/statistics/median.ts';
import type { Progress } from '../../bench/world/progress.ts';
import { PAGE } from './overlap.ts';
import type { SizedShed } from './sheds.ts';

/** The functions that read the whole shed. */
const READERS = [
  { name: 'get-dog', method: 'GET', path: '/dog', statuses: [200], scan: { isCount: true } },
  {
    name: 'delete-wolf',
    method: 'DELETE',
    path: '/wolf',
    statuses: [204, 404],
    scan: { isCount: false, limit: PAGE },
  },
] as const;

/** Small sheds are called more often in a round, so that a round of each takes about as long. */
const SHEEP_A_ROUND = 20_000;

/** Time, read units and memory of the functions that read the whole shed, by its size. */
export async function measureGrowth(
  sheds: readonly SizedShed[],
  rounds: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const runs = sheds.flatMap((shed) =>
    READERS.map((reader) => ({ shed, reader, durations: [] as number[], peakMb: 0 })),
  );
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    progress.step(`scale: round ${round} of ${rounds}`);
    for (const run of round % 2 === 0 ? runs : runs.toReversed()) {
      const { shed, reader } = run;
      const calls = Math.max(1, Math.round(SHEEP_A_ROUND / shed.size));
      for (let call = 0; call < calls; call++) {
        await shed.call(reader.name, reader.method, reader.path, reader.statuses);
        signal.throwIfAborted();
      }
      const reported = await shed.reported(reader.name);
      run.peakMb = Math.max(run.peakMb, ...reported.map(({ memoryMb }) => memoryMb));
      if (round > 0) run.durations.push(median(reported.map(({ durationMs }) => durationMs)));
    }
  }
  const rows = [];
  for (const { shed, reader, durations, peakMb } of runs) {
    const millis = median(durations);
    const units = await shed.readUnits(reader.scan);
    rows.push([
      reader.name,
      String(shed.size),
      millis.toFixed(1),
      ((millis * 1000) / shed.size).toFixed(1),
      units.toFixed(1),
      ((units * 1000) / shed.size).toFixed(2),
      requestUnits(reader.name, shed.size).readUnits.toFixed(1),
      String(peakMb),
    ]);
  }
  rows.sort(([a = ''], [b = '']) => a.localeCompare(b));
  const header = [
    'function',
    'sheep',
    'ms',
    'µs a sheep',
    'read units',
    'a 1 000 sheep',
    'cost model',
    'peak MB',
  ];
  return `Medians of ${rounds} interleaved rounds, Duration and Max Memory Used of REPORT; read units as the table counts them\n\n${renderTable(header, rows)}`;
}
