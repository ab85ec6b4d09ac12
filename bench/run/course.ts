import type { Window } from '@sheep-shed/log-insights';
import type { Fleet } from '../agents/coordinator/fleet.ts';
import type { ScenarioName } from '../results/names.ts';
import type { RoundResult } from '../results/result.ts';
import { faultsOf } from '../results/result.ts';
import { NONE_THROTTLED, type Throttled } from '../results/throttled.ts';
import type { Stack } from '../stacks/stack.ts';

/** A scenario on one stack while its rounds go on. */
export interface Course {
  readonly scenario: ScenarioName;
  readonly stack: Stack;
  /** The agents that apply the load; `undefined` where this process does. */
  readonly fleet: Fleet | undefined;
  readonly rounds: MeasuredRound[];
  readonly violations: string[];
  /** Why this must not be compared with other stacks; `undefined` where it may. */
  incomparable: string | undefined;
  /** Epoch milliseconds before the first call of the function; `undefined` when that is still to come. */
  beganAt: number | undefined;
  /** Whether the execution environments were warmed up and are still there. */
  isWarm: boolean;
  /** Times that the bench asked the dog since the last round began. */
  dogAsked: number;
  /** Cold starts with which rounds began, one call alone each; empty where the bench cannot tell them from others. */
  readonly coldStarts: RoundColdStart[];
  /** Rounds broken off since the last whole one. */
  brokenInRow: number;
  /** Requests that were throttled, those of warm-ups among them. */
  throttled: Throttled;
}

/** The call that started a round's new execution environment. */
export interface RoundColdStart {
  /** Milliseconds that the client waited for the answer. */
  readonly clientMs: number;
  /** In it the scenario's function was called by this call only. */
  readonly window: Window;
}

/** One round, and what its REPORT lines can be told by. */
export interface MeasuredRound {
  readonly result: RoundResult;
  /** In it the scenario's function was called by this round only; `undefined` when no load was applied. */
  readonly window: Window | undefined;
  /** Calls of the scenario's function that nobody counts, since the window before. */
  readonly uncounted: Uncounted;
  /** Sheep in the shed when the round began; `undefined` when it did not come so far. */
  readonly herd: number | undefined;
}

/** Calls that the bench made beside the counted ones. */
export interface Uncounted {
  /** Of the warm-up. */
  warmUp: number;
  /** Of the dog, by which sheep are counted where the table cannot be read. */
  dog: number;
  /** Whether each of them was answered, so that it left a REPORT line for certain. */
  areAnswered: boolean;
}

/** A course whose rounds are to come. */
export function newCourse(scenario: ScenarioName, stack: Stack, fleet?: Fleet): Course {
  return {
    scenario,
    stack,
    fleet,
    rounds: [],
    violations: [],
    incomparable: undefined,
    beganAt: undefined,
    isWarm: false,
    dogAsked: 0,
    coldStarts: [],
    brokenInRow: 0,
    throttled: NONE_THROTTLED,
  };
}

/** One line that says how a course went. */
export function courseLine({ scenario, stack, rounds, violations }: Course): string {
  const calls = rounds.reduce((sum, { result: { load } }) => sum + load.calls, 0);
  const errors = rounds.reduce((sum, { result: { load } }) => sum + faultsOf(load), violations.length);
  const broken = rounds.filter(({ result }) => result.brokenOff !== undefined).length;
  const said = [
    errors === 0 && broken === 0 ? 'all verified' : `${errors} errors`,
    ...(broken === 0 ? [] : [`${broken} rounds broken off`]),
  ];
  return `${scenario} on ${stack.name}: ${calls} calls, ${said.join(', ')}`;
}
