/** The thread of one query; it ends with its answer. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { logFolder, type QueryResult, type Window } from '@sheep-shed/log-insights';

/** What the thread is given. */
export interface QueryJob {
  readonly root: string;
  readonly groups: readonly string[];
  readonly query: string;
  readonly window: Window;
  readonly nowMs: number;
  readonly limit: number;
  readonly maxBytes: number;
}

/** What it tells at its end. */
export type QueryEnd =
  | { readonly results: string; readonly statistics: Readonly<Record<string, number>> }
  | { readonly failure: string };

const { root, groups, query, window, nowMs, limit, maxBytes } = workerData as QueryJob;
// On Linux it holds for this thread alone, elsewhere for the whole process.
if (process.platform === 'linux') setPriority(0, 10);

try {
  parentPort?.postMessage(resultOf(await logFolder(root).query(query, { groups, window, now: nowMs })));
} catch (error) {
  parentPort?.postMessage({ failure: (error as Error).message } satisfies QueryEnd);
}

function resultOf({ columns, rows, statistics }: QueryResult): QueryEnd {
  const names = columns.map(({ name }) => JSON.stringify(name));
  const texts: string[] = [];
  let length = 0;
  for (const row of rows.slice(0, limit)) {
    // CloudWatch leaves out what is missing.
    const cells = row.flatMap((value, i) =>
      value === null ? [] : [`{"field":${names[i]},"value":${JSON.stringify(String(value))}}`],
    );
    const text = `[${cells.join(',')}]`;
    length += text.length;
    if (length > maxBytes) {
      return { failure: `the result is larger than ${maxBytes} bytes: ask for fewer fields or rows` };
    }
    texts.push(text);
  }
  const { recordsScanned, charactersScanned } = statistics;
  return {
    results: `[${texts.join(',')}]`,
    statistics: { recordsScanned, bytesScanned: charactersScanned, logGroupsScanned: groups.length },
  };
}
