import type { BenchResult } from '../results/result.ts';
import { isWrong } from '../results/result.ts';
import { readResult } from '../results/result-file.ts';
import type { Comparison } from './compare.ts';
import { compareResults, regressionsOf } from './compare.ts';
import type { AgainstVerdict } from './ratios.ts';
import { againstOf } from './ratios.ts';
import type { Threshold, ThresholdOutcome } from './thresholds.ts';
import { checkThreshold, parseThreshold } from './thresholds.ts';

/** What a result is held against. */
export interface Gates {
  readonly thresholds: readonly Threshold[];
  /** Earlier runs; `undefined` without any. */
  readonly baseline:
    | { readonly paths: readonly string[]; readonly results: readonly BenchResult[] }
    | undefined;
}

/** How a result stands against its gates. */
export interface Judgement {
  readonly outcomes: readonly ThresholdOutcome[];
  /** With the baseline; `undefined` without one. */
  readonly comparison: Comparison | undefined;
  /** With the other revision, by median latency; `undefined` where none was measured. */
  readonly against: AgainstVerdict | undefined;
  /** The exit code that follows. */
  readonly code: 0 | 1 | 3 | 4;
}

/** Reads gates, before anything is measured. @throws OptionError on a threshold or a baseline that cannot be read. */
export async function readGates(given: {
  readonly baseline: readonly string[] | undefined;
  readonly threshold: readonly string[] | undefined;
}): Promise<Gates> {
  const thresholds = (given.threshold ?? []).map(parseThreshold);
  const { baseline: paths } = given;
  if (paths === undefined) return { thresholds, baseline: undefined };
  return { thresholds, baseline: { paths, results: await Promise.all(paths.map(readResult)) } };
}

/** Holds a result against its gates. */
export function judge(result: BenchResult, gates: Gates): Judgement {
  const outcomes = gates.thresholds.flatMap((threshold) => checkThreshold(result, threshold));
  const comparison = gates.baseline && compareResults(gates.baseline.results, result);
  return { outcomes, comparison, against: againstOf(result), code: codeOf(result, outcomes, comparison) };
}

/** The exit code of a result: what cannot be trusted comes first, then what was promised, then what changed. */
export function codeOf(
  result: BenchResult,
  outcomes: readonly ThresholdOutcome[],
  comparison: Comparison | undefined,
): Judgement['code'] {
  if (isAnyWrong(result)) return 1;
  if (outcomes.some(({ isKept }) => !isKept)) return 3;
  const isSlower = againstOf(result)?.slower.length ?? 0;
  return isSlower > 0 || (comparison !== undefined && regressionsOf(comparison).length > 0) ? 4 : 0;
}

/** Whether anything in a result did not verify. That requests are lost at a rate that is tried is what is found out. */
function isAnyWrong({ scenarios, coldStarts, rateCurves }: BenchResult): boolean {
  return (
    scenarios.some(isWrong) ||
    coldStarts.some(({ violations }) => violations.length > 0) ||
    rateCurves.some(({ steps }) => steps.some(({ load }) => load.wrong > 0))
  );
}
