import type { PredictOptions } from '../analysis/prediction/on-lambda.ts';
import type { StackFigures } from '../analysis/stack-figures.ts';
import type { Summary } from '../analysis/summary.ts';
import { summaryOf } from '../analysis/summary.ts';
import { AGAINST_NAME } from '../plan/settle-options.ts';
import type { BenchFloor, BenchResult } from '../results/result.ts';
import { colourText } from './colour.ts';
import { decimal, planText, span, wrap } from './format.ts';
import { renderPasteHint } from './paste-hint.ts';
import { reportTables } from './report-tables.ts';
import { renderTable } from './table.ts';

const WIDTH = 100;

/**
 * Renders a result for a terminal, in at most 100 columns for names of usual length: who is faster, what the client
 * measured, what the host reported and what it costs, latency against load, what is wrong.
 * @param hasColour whether to stress with colour what the words say too.
 */
export function renderTerminal(result: BenchResult, hasColour = false, predict?: PredictOptions): string {
  const summary = summaryOf(result, predict);
  const parts = [wrap(titleOf(summary), WIDTH)];
  for (const { title, header, rows, note } of reportTables(summary)) {
    parts.push('', title, renderTable(header, rows), ...(note === '' ? [] : [wrap(note, WIDTH)]));
  }
  parts.push('', ...notPredictedLines(summary).map((line) => wrap(line, WIDTH)), floorLine(summary));
  for (const one of summary.figures.filter(({ problems }) => problems.length > 0)) {
    parts.push('', ...problemLines(one));
  }
  if (summary.warnings.length > 0) parts.push('', ...summary.warnings.map((one) => `Warning: ${one}`));
  const hint = renderPasteHint(result);
  if (hint.length > 0) parts.push('', ...hint);
  const text = parts.join('\n');
  return hasColour ? colourText(text) : text;
}

/** When the run was, how long it took and what it was to do. */
export function titleOf({ startedAt, finishedAt, plan, isComplete, stacks }: Summary): string {
  const took = span(Date.parse(finishedAt) - Date.parse(startedAt));
  const early = isComplete ? '' : ' (ended early)';
  const commit = stacks.find(({ name }) => name === AGAINST_NAME)?.commit?.slice(0, 9);
  const other = commit === undefined ? plan.against : `${plan.against} (${commit})`;
  const against = other === undefined ? '' : `; ${AGAINST_NAME} is ${other}`;
  return `${startedAt.slice(0, 16).replace('T', ' ')} UTC, ${took}${early}: ${planText(plan)}${against}`;
}

/** What the bench itself, or its agents, can measure at most. */
export function floorLine({
  floor,
  amqpFloor,
  agents,
}: Pick<Summary, 'floor' | 'amqpFloor' | 'agents'>): string {
  if (floor === undefined) return "The bench's own floor was not measured.";
  const say = ({ requestsPerSecond, latencyMs }: BenchFloor) =>
    `at most ${Math.round(requestsPerSecond)} calls/s, ${decimal(latencyMs)} ms of latency`;
  const overAmqp = amqpFloor === undefined ? '' : `; over AMQP, broker included: ${say(amqpFloor)}`;
  if (agents !== undefined) {
    const where = agents.region ?? 'local-lambda, on this machine';
    const who = agents.count === 1 ? 'The agent' : `The ${agents.count} agents`;
    return `${who} (${where}) against bare servers of their own: ${say(floor)}. They began within ${decimal(agents.startSkewMs)} ms of each other.`;
  }
  return `The bench's own floor here: ${say(floor)}${overAmqp}.`;
}

/** What of a run on this machine the section on Lambda lacks, and why. */
export function notPredictedLines({ notPredicted }: Pick<Summary, 'notPredicted'>): string[] {
  return notPredicted.map((one) => `Not predicted for Lambda: ${one}.`);
}

/** What went wrong in a scenario on a stack. */
export function problemLines({ scenario, stack, problems }: StackFigures): string[] {
  return [`Wrong in ${scenario} on ${stack}:`, ...problems.map((problem) => `  ${problem}`)];
}
