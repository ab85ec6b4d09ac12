import { FUNCTION_OF, logGroupOf } from '../results/names.ts';
import type { BenchResult } from '../results/result.ts';

/** Renders what to paste into CloudWatch Logs Insights for stacks reached by URL whose region was not given. */
export function renderPasteHint({ plan, stacks, scenarios, startedAt, finishedAt }: BenchResult): string[] {
  if (!plan.isRemote || plan.region !== undefined) return [];
  const { stage } = plan;
  const groups = stacks.flatMap(({ name }) =>
    scenarios
      .filter(({ stack }) => stack === name)
      .map(({ scenario }) => `    ${logGroupOf(stage, name, FUNCTION_OF[scenario])}`),
  );
  return [
    'For the figures of the host give --region, or paste into CloudWatch Logs Insights:',
    '  query   cloudwatch-queries/compare.logsinsights',
    `  window  ${startedAt} to ${finishedAt}`,
    '  of the log groups',
    ...groups,
  ];
}
