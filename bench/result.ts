import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FunctionSummary } from '../insights/summarise.ts';
import type { LoadResult } from './load/closed-load.ts';
import type { ScenarioName } from './options.ts';
import type { FunctionDescription } from './stacks/stack.ts';

/** The format of result files; another number means another format. */
export const RESULT_VERSION = 1;

/** One round of a scenario on one stack. */
export interface RoundResult {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly load: LoadResult;
}

/** One scenario on one stack. */
export interface ScenarioResult {
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly rounds: readonly RoundResult[];
  /** What the host's REPORT lines of all rounds tell; `undefined` where there are none or they could not be asked for. */
  readonly reported: FunctionSummary | undefined;
  /** What is wrong beyond single answers: too many raids won, sheep that do not add up, the wrong sheep eaten. */
  readonly violations: readonly string[];
}

/** One run of the bench, as it stands in its result file. */
export interface BenchResult {
  readonly version: typeof RESULT_VERSION;
  readonly startedAt: string;
  /** ISO 8601; with `startedAt` the window that `npm run insights -- … --from <result file>` looks at. */
  readonly finishedAt: string;
  readonly plan: Readonly<Record<string, unknown>>;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly stacks: readonly { name: string; url: string; functions: readonly FunctionDescription[] }[];
  readonly scenarios: readonly ScenarioResult[];
  /** What a reader must know before trusting a figure. */
  readonly warnings: readonly string[];
}

/** Whether an answer did not verify, a request was lost or the sheep do not add up. */
export function isWrong({ rounds, violations }: ScenarioResult): boolean {
  return violations.length > 0 || rounds.some(({ load }) => load.wrong > 0 || load.lost > 0);
}

/** Writes a result file and the folders above it. */
export async function writeResult(path: string, result: BenchResult): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(result, undefined, 2)}\n`);
}
