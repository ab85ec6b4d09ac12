import type { ScenarioName } from '../results/names.ts';
import { FUNCTION_OF, isEventScenario } from '../results/names.ts';
import type { BenchResult, ScenarioResult } from '../results/result.ts';
import { costPerMillion } from './call-cost.ts';
import { requestUnits } from './request-units.ts';
import { wholeRounds } from './whole-rounds.ts';

/** What a million calls cost on AWS, in USD. */
export interface CostFigures {
  readonly compute: number;
  readonly requests: number;
  readonly api: number;
  readonly dynamodb: number;
  /** Logs taken in, those of the API included. */
  readonly logs: number;
  readonly total: number;
}

/** Both stacks are deployed on it; over HTTP alone nobody says otherwise. */
const USUAL_ARCHITECTURE = 'arm64';

/** Answers before which a function has asked DynamoDB to write; a failed condition is charged as a write is. */
const WRITING_STATUSES: Readonly<Partial<Record<ScenarioName, readonly string[]>>> = {
  sheep: ['201', '409'],
  wolf: ['204'],
};

/**
 * The cost of a scenario on a deployed stack; `undefined` where no REPORT figures are known. What a run on this machine
 * would cost is predicted instead (`prediction/on-lambda.ts`).
 */
export function costFiguresOf(result: BenchResult, one: ScenarioResult): CostFigures | undefined {
  const { scenario, stack, reported } = one;
  const { herd } = result.plan;
  // What they cost besides, of S3 and SQS, is in no price here.
  if (!result.plan.isRemote || isEventScenario(scenario) || herd === undefined) return undefined;
  if (reported === undefined || reported.memorySizeMb === null || reported.invocations === 0)
    return undefined;
  const { items, usd } = costPerMillion({
    billedMs: reported.billedSum / reported.invocations,
    memoryMb: reported.memorySizeMb,
    architecture: usualArchitectureOf(result, scenario, stack),
    ...requestUnits(FUNCTION_OF[scenario], herd, writingShareOf(one)),
  });
  const sumOf = (prefix: string) =>
    items.filter(({ price }) => price.startsWith(prefix)).reduce((sum, item) => sum + item.usd, 0);
  return {
    compute: sumOf('lambda-compute'),
    requests: sumOf('lambda-requests'),
    api: sumOf('http-api'),
    dynamodb: sumOf('dynamodb'),
    logs: sumOf('log-ingestion'),
    total: usd,
  };
}

/** The share of the answers that came after a write, in the rounds whose durations count. */
export function writingShareOf(one: ScenarioResult): number {
  const statuses = WRITING_STATUSES[one.scenario] ?? [];
  let [all, writing] = [0, 0];
  for (const { load } of wholeRounds(one)) {
    for (const [status, count] of Object.entries(load.statuses)) {
      all += count;
      if (statuses.includes(status)) writing += count;
    }
  }
  return all === 0 ? 1 : writing / all;
}

/** The architecture that a function is deployed on. */
export function usualArchitectureOf(
  { stacks }: BenchResult,
  scenario: ScenarioResult['scenario'],
  stack: string,
): 'arm64' | 'x86_64' {
  const functions = stacks.find(({ name }) => name === stack)?.functions ?? [];
  const described = functions.find((one) => one.function === FUNCTION_OF[scenario])?.architecture;
  return described === 'x86_64' ? 'x86_64' : USUAL_ARCHITECTURE;
}
