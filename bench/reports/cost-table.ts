import { costPerMillion, PRICE_ORIGIN, requestUnits } from '../../insights/cost.ts';
import type { BenchResult, ScenarioResult } from '../result.ts';
import { FUNCTION_OF } from '../scenarios/scenario.ts';
import { renderTable } from './table.ts';

const HEADER = ['scenario', 'stack', 'compute', 'requests', 'API', 'DynamoDB', 'total'];

/** Both stacks are deployed on it; over HTTP alone nobody says otherwise. */
const USUAL_ARCHITECTURE = 'arm64';

/** Renders what a million calls of each scenario cost on AWS, in USD; nothing where no REPORT figures are known. */
export function renderCosts(result: BenchResult): string[] {
  const sheep = result.plan.herd;
  const rows = result.scenarios.flatMap((one) => costRow(one, architectureOf(result, one), sheep));
  if (rows.length === 0) return [];
  const { region, date } = PRICE_ORIGIN;
  const whose = result.plan.isRemote ? '' : " Durations of this machine, not Lambda's, went into it.";
  return [
    `Cost per million calls (${region}, ${date}), in USD`,
    renderTable(HEADER, rows),
    `Without free tier; DynamoDB for calls that succeed over ${sheep} sheep.${whose}`,
  ];
}

function costRow(
  { scenario, stack, reported }: ScenarioResult,
  architecture: 'arm64' | 'x86_64',
  sheep: number,
): string[][] {
  if (reported === undefined || reported.memorySizeMb === null || reported.invocations === 0) return [];
  const { items, usd } = costPerMillion({
    billedMs: reported.billedSum / reported.invocations,
    memoryMb: reported.memorySizeMb,
    architecture,
    ...requestUnits(FUNCTION_OF[scenario], sheep),
  });
  const sumOf = (prefix: string) =>
    items.filter(({ price }) => price.startsWith(prefix)).reduce((sum, item) => sum + item.usd, 0);
  const parts = ['lambda-compute', 'lambda-requests', 'http-api', 'dynamodb'].map(sumOf);
  return [[scenario, stack, ...[...parts, usd].map((one) => one.toFixed(3))]];
}

function architectureOf({ stacks }: BenchResult, { scenario, stack }: ScenarioResult): 'arm64' | 'x86_64' {
  const functions = stacks.find(({ name }) => name === stack)?.functions ?? [];
  const described = functions.find((one) => one.function === FUNCTION_OF[scenario])?.architecture;
  return described === 'x86_64' ? 'x86_64' : USUAL_ARCHITECTURE;
}
