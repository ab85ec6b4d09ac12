import type { ScenarioResult } from '../results/result.ts';
import { isMissing, type Metric, type Missing } from './metrics.ts';
import { wholeRounds } from './whole-rounds.ts';

type Rounds = Pick<ScenarioResult, 'rounds'>;

/**
 * The unit of a verdict that each whole round belongs to, by the number of the round: the rounds that one set of
 * execution environments served, since what makes one process differ from the next is the same in all of them. Where
 * the environments were never changed each round is a unit ({@link isKeptThroughout}).
 */
export function unitsOf(one: Rounds): ReadonlyMap<number, number> {
  const isKept = isKeptThroughout(one);
  const whole = new Set(wholeRounds(one));
  const units = new Map<number, number>();
  let unit = 0;
  for (const round of one.rounds.toSorted((first, second) => first.round - second.round)) {
    if (isKept || round.isFresh) unit++;
    if (whole.has(round)) units.set(round.round, unit);
  }
  return units;
}

/** Whether one set of execution environments served all rounds, of which there are several. */
export function isKeptThroughout({ rounds }: Rounds): boolean {
  const [, ...later] = rounds.toSorted((one, other) => one.round - other.round);
  return later.length > 0 && later.every(({ isFresh }) => !isFresh);
}

/**
 * The values of the units, in their order: of several rounds the geometric mean. A value that is not above 0 is missing.
 * @param units by the number of the round; rounds that are not in it stay out.
 */
export function unitValues(
  one: ScenarioResult,
  { ofRound }: Metric,
  units: ReadonlyMap<number, number> = unitsOf(one),
): readonly number[] | Missing {
  if (ofRound === undefined) return { missing: 'rounds have no value of their own' };
  const logs = new Map<number, number[]>();
  for (const round of wholeRounds(one).toSorted((first, second) => first.round - second.round)) {
    const unit = units.get(round.round);
    if (unit === undefined) continue;
    const value = ofRound(round);
    if (isMissing(value)) return value;
    if (!(value > 0)) return { missing: 'a round has the value 0' };
    logs.set(unit, [...(logs.get(unit) ?? []), Math.log(value)]);
  }
  return [...logs.values()].map((all) => Math.exp(all.reduce((sum, log) => sum + log, 0) / all.length));
}
