import { hostOf } from '../results/names.ts';
import type { BenchResult, ScenarioResult } from '../results/result.ts';
import { isImported } from '../results/result.ts';
import { notVerified } from './run-differences.ts';
import { isKeptThroughout } from './units.ts';
import { wholeRounds } from './whole-rounds.ts';

/** What a reader must know before trusting a figure: what the run recorded, and what follows from its figures. */
export function warningsOf(result: BenchResult): string[] {
  const { isComplete, plan, scenarios, warnings } = result;
  const ofRounds = scenarios.flatMap((one) => [...brokenOff(one), ...noWholeRound(one)]);
  return [
    ...(isImported(result) ? [`this result was imported: ${notVerified(result)}`] : []),
    ...(isComplete ? [] : ['the run ended early: what is shown was measured, the rest of the plan was not']),
    ...(plan.rounds === 1 ? ['with one round there is no interval, and no verdict'] : []),
    ...ofRounds,
    ...keptEnvironments(result),
    ...aboveHalfOfFloor(result),
    ...warnings,
  ];
}

function brokenOff({ scenario, stack, rounds }: ScenarioResult): string[] {
  return rounds
    .filter((round) => round.brokenOff !== undefined)
    .map(
      ({ round, brokenOff: why }) =>
        `${scenario} on ${stack}: round ${round} was broken off (${why}); its errors count, its latencies are in no figure`,
    );
}

/** Rounds on the same execution environments cannot show what differs between processes. */
function keptEnvironments({ scenarios, plan }: BenchResult): string[] {
  if (plan.stacks.length < 2 || !scenarios.some(isKeptThroughout)) return [];
  return [
    'the execution environments were kept over all rounds, as --fresh-every 0 says: what differs from one to the next is in no interval, so repeat the run before you trust a small difference',
  ];
}

function noWholeRound(one: ScenarioResult): string[] {
  return wholeRounds(one).length === 0 ? [`${one.scenario} on ${one.stack}: no round is whole`] : [];
}

/** Above half of what the bench can measure, the bench itself is part of what is measured. */
function aboveHalfOfFloor({ floor, amqpFloor, scenarios, rateCurves }: BenchResult): string[] {
  const rates = [
    ...scenarios.map(({ scenario, stack, rounds }) => {
      const calls = rounds.reduce((sum, { load }) => sum + load.calls, 0);
      const seconds = rounds.reduce((sum, { load }) => sum + (load.elapsedMs ?? 0), 0) / 1000;
      return { where: `${scenario} on ${stack}`, stack, rate: seconds > 0 ? calls / seconds : 0 };
    }),
    ...rateCurves.map(({ scenario, stack, steps }) => ({
      where: `the rate steps of ${scenario} on ${stack}`,
      stack,
      rate: Math.max(0, ...steps.map(({ rate }) => rate)),
    })),
  ];
  return rates.flatMap(({ where, stack, rate }) => {
    const most = (hostOf(stack) === 'worker' ? amqpFloor : floor)?.requestsPerSecond;
    return most !== undefined && rate > most / 2
      ? [
          `${where}: ${Math.round(rate)} calls/s are more than half of what the bench can measure here (${Math.round(most)}/s)`,
        ]
      : [];
  });
}
