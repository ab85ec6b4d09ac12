import { FUNCTION_OF, logGroupOf } from '../results/names.ts';
import type { BenchResult } from '../results/result.ts';

/** Renders what to paste into CloudWatch Logs Insights for stacks reached by URL whose region was not given. */
export function renderPasteHint({ plan, stacks, scenarios, startedAt, finishedAt }: BenchResult): string[] {
  // Files of before stacks had regions of their own have the plan's alone.
  const isUnknown = (region: string | undefined) =>
    (region ?? (plan.region?.includes('=') ? undefined : plan.region)) === undefined;
  const groups = stacks
    .filter(({ region }) => isUnknown(region))
    .flatMap(({ name, stage = plan.stage }) =>
      scenarios
        .filter(({ stack }) => stack === name && stage !== undefined)
        .map(({ scenario }) => `    ${logGroupOf(stage ?? '', name, FUNCTION_OF[scenario])}`),
    );
  if (!plan.isRemote || groups.length === 0) return [];
  return [
    'For the figures of the host give --region, or paste into CloudWatch Logs Insights:',
    '  query   cloudwatch-queries/compare.logsinsights',
    `  window  ${startedAt} to ${finishedAt}`,
    '  of the log groups',
    ...groups,
  ];
}
