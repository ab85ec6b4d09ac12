import type { Window } from '@sheep-shed/log-insights';
import type { ScenarioName } from '../results/names.ts';
import type { RoundResult } from '../results/result.ts';
import type { Stack } from '../stacks/stack.ts';
import type { MeasuredScenario } from './join-reports.ts';

/** A scenario on one stack while its rounds go on. */
export interface Course {
  readonly scenario: ScenarioName;
  readonly stack: Stack;
  readonly rounds: RoundResult[];
  /** The windows of the rounds, as far as they are closed. */
  readonly windows: Window[];
  readonly violations: string[];
  /** Sheep in the shed when each round began. */
  readonly herds: number[];
  /** Epoch milliseconds of the last round's beginning, until its window is closed. */
  openSince: number | undefined;
  /** Epoch milliseconds when the last counted call was over. */
  endedAt: number;
  /** Epoch milliseconds before the warm-up; `undefined` when it is still to come. */
  beganAt: number | undefined;
  /** Calls of the warm-up. */
  warmUpCalls: number;
  /** Times that the bench asked the dog since the first measured call, and until the last one. */
  asked: number;
  ownCalls: number;
  /** Rounds broken off since the last whole one. */
  brokenInRow: number;
}

/** A course whose rounds are to come. */
export function newCourse(scenario: ScenarioName, stack: Stack): Course {
  return {
    scenario,
    stack,
    rounds: [],
    windows: [],
    violations: [],
    herds: [],
    openSince: undefined,
    endedAt: 0,
    beganAt: undefined,
    warmUpCalls: 0,
    asked: 0,
    ownCalls: 0,
    brokenInRow: 0,
  };
}

/**
 * Closes the window of the last round: on this machine just before the function is called again, so that a
 * REPORT line that came late lies in it.
 * @param to epoch milliseconds.
 */
export function closeWindow(course: Course, to: number): void {
  const { openSince, stack, windows, endedAt } = course;
  if (openSince === undefined) return;
  windows.push({ from: openSince, to: stack.host === undefined ? endedAt : to });
  course.openSince = undefined;
}

/** Closes the window of a course that is over, once the REPORT lines of its calls are written. */
export async function endCourse(course: Course, now: () => number): Promise<void> {
  await course.stack.host?.settle();
  // A window is without its end, and the last line may be of this very millisecond.
  closeWindow(course, now() + 1);
}

/** What a course has measured so far. */
export function concludeCourse(course: Course): MeasuredScenario {
  const { scenario, stack, rounds, windows, violations, endedAt, beganAt, warmUpCalls, ownCalls } = course;
  const from = windows[0]?.from ?? endedAt;
  return {
    stack,
    result: { scenario, stack: stack.name, rounds, violations },
    windows,
    window: { from, to: windows.at(-1)?.to ?? endedAt },
    warmUp: { beganAt: beganAt ?? from, calls: warmUpCalls },
    // Between the rounds the bench calls no function but the dog's.
    ownCalls: scenario === 'dog' ? ownCalls : 0,
  };
}

/** One line that says how a course went. */
export function courseLine({ scenario, stack, rounds, violations }: Course): string {
  const calls = rounds.reduce((sum, { load }) => sum + load.calls, 0);
  const errors = rounds.reduce((sum, { load }) => sum + load.lost + load.wrong, violations.length);
  const broken = rounds.filter(({ brokenOff }) => brokenOff !== undefined).length;
  const said = [
    errors === 0 && broken === 0 ? 'all verified' : `${errors} errors`,
    ...(broken === 0 ? [] : [`${broken} rounds broken off`]),
  ];
  return `${scenario} on ${stack.name}: ${calls} calls, ${said.join(', ')}`;
}
