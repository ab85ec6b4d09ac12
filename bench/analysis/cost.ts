import { FUNCTION_OF } from '../results/names.ts';
import type { BenchResult, ScenarioResult } from '../results/result.ts';
import { costPerMillion } from './call-cost.ts';
import { requestUnits } from './request-units.ts';

/** What a million calls cost on AWS, in USD. */
export interface CostFigures {
  readonly compute: number;
  readonly requests: number;
  readonly api: number;
  readonly dynamodb: number;
  readonly total: number;
}

/** Both stacks are deployed on it; over HTTP alone nobody says otherwise. */
const USUAL_ARCHITECTURE = 'arm64';

/** The cost of a scenario on a stack; `undefined` where no REPORT figures are known. */
export function costFiguresOf(
  result: BenchResult,
  { scenario, stack, reported }: ScenarioResult,
): CostFigures | undefined {
  if (reported === undefined || reported.memorySizeMb === null || reported.invocations === 0)
    return undefined;
  const { items, usd } = costPerMillion({
    billedMs: reported.billedSum / reported.invocations,
    memoryMb: reported.memorySizeMb,
    architecture: architectureOf(result, scenario, stack),
    ...requestUnits(FUNCTION_OF[scenario], result.plan.herd),
  });
  const sumOf = (prefix: string) =>
    items.filter(({ price }) => price.startsWith(prefix)).reduce((sum, item) => sum + item.usd, 0);
  return {
    compute: sumOf('lambda-compute'),
    requests: sumOf('lambda-requests'),
    api: sumOf('http-api'),
    dynamodb: sumOf('dynamodb'),
    total: usd,
  };
}

function architectureOf(
  { stacks }: BenchResult,
  scenario: ScenarioResult['scenario'],
  stack: string,
): 'arm64' | 'x86_64' {
  const functions = stacks.find(({ name }) => name === stack)?.functions ?? [];
  const described = functions.find((one) => one.function === FUNCTION_OF[scenario])?.architecture;
  return described === 'x86_64' ? 'x86_64' : USUAL_ARCHITECTURE;
}
