import { availableParallelism } from 'node:os';
import type { AgentsDescription } from '../results/agent-result.ts';
import type {
  BenchFloor,
  BenchResult,
  ColdResult,
  Machine,
  Plan,
  RateCurve,
  ScenarioResult,
  StackDescription,
  Versions,
} from '../results/result.ts';
import { RESULT_KIND, RESULT_VERSION } from '../results/result.ts';
import { mergeHistograms } from '../statistics/histogram.ts';
import { histogramQuantile } from '../statistics/quantile.ts';
import type { BenchWorld } from '../world/world.ts';
import type { ColdCourse } from './cold-phase.ts';
import { concludeCold } from './cold-phase.ts';
import type { Course } from './course.ts';
import type { Observed, ObservedCourse } from './doubts.ts';
import { doubtsOf } from './doubts.ts';
import { withoutReports, withReports } from './join-reports.ts';
import type { CpuTimes } from './machine.ts';
import { cpuTimes, describeMachine, loadAverage } from './machine.ts';
import type { RateCourse } from './rate-phase.ts';
import { yardstickMs } from './yardstick.ts';

/** The machine and its clocks before anything was started. */
export interface Start {
  readonly machine: Omit<Machine, 'loadAverageAfter'>;
  /** Epoch milliseconds. */
  readonly wallMs: number;
  /** Milliseconds of the clock that never jumps. */
  readonly steadyMs: number;
  readonly cpu: CpuTimes | undefined;
}

/** Looks at the machine and its clocks. */
export function startOf({ now, steadyNow }: BenchWorld): Start {
  const yardstick = yardstickMs(steadyNow);
  const machine = { ...describeMachine(), ...(yardstick !== undefined && { yardstickMs: yardstick }) };
  return { machine, wallMs: now(), steadyMs: steadyNow(), cpu: cpuTimes() };
}

/** What a run has come to so far, so that a failure at any moment loses nothing of it. */
export interface Collected {
  readonly start: Start;
  readonly versions: Versions;
  readonly plan: Plan;
  readonly stacks: readonly StackDescription[];
  readonly agents: AgentsDescription | undefined;
  readonly courses: Course[];
  readonly coldCourses: ColdCourse[];
  readonly rateCourses: RateCourse[];
  /** What a reader must know before trusting a figure, as it was found out. */
  readonly warnings: string[];
  floor: BenchFloor | undefined;
  amqpFloor: BenchFloor | undefined;
  /** What the hosts told, once they were asked; before that what the client measured. */
  reported:
    | { readonly scenarios: readonly ScenarioResult[]; readonly coldStarts: readonly ColdResult[] }
    | undefined;
}

/** The beginning of a run. */
export function newCollected(
  start: Start,
  about: Pick<Collected, 'versions' | 'plan' | 'stacks' | 'agents'> & { readonly notices: readonly string[] },
): Collected {
  const { notices, ...rest } = about;
  return {
    start,
    ...rest,
    courses: [],
    coldCourses: [],
    rateCourses: [],
    warnings: [...notices],
    floor: undefined,
    amqpFloor: undefined,
    reported: undefined,
  };
}

/** Whether anything is there that a result file should keep. */
export function isWorthKeeping({ courses, rateCourses, coldCourses }: Collected): boolean {
  return (
    courses.some(hasRounds) ||
    rateCourses.some(({ steps }) => steps.length > 0) ||
    coldCourses.some(hasStarts)
  );
}

/** Asks the hosts for their REPORT lines of all that was measured. */
export async function askHosts(collected: Collected): Promise<void> {
  const { courses, coldCourses, warnings } = collected;
  const [warm, cold] = await Promise.all([
    withReports(courses.filter(hasRounds)),
    Promise.all(coldCourses.filter(hasStarts).map(concludeCold)),
  ]);
  warnings.push(...warm.warnings, ...cold.flatMap((one) => one.warnings));
  collected.reported = { scenarios: warm.scenarios, coldStarts: cold.map(({ result }) => result) };
}

/**
 * The result file of what is there, with what makes it doubtful.
 * @param end `hasEnded` when the stacks are closed: what their processes used of the machine is known only then.
 */
export function resultOf(
  collected: Collected,
  { now, steadyNow }: BenchWorld,
  end: { readonly isComplete: boolean; readonly hasEnded: boolean; readonly finishedAt: number },
): BenchResult {
  const { start, versions, plan, floor, amqpFloor, stacks, agents, rateCourses, warnings } = collected;
  const { machine } = start;
  const reported = collected.reported ?? withoutHosts(collected);
  const loadAverageAfter = loadAverage();
  const doubts = doubtsOf({
    plan,
    cores: availableParallelism(),
    loadAverageBefore: machine.loadAverageBefore,
    loadAverageAfter,
    cpuBefore: start.cpu,
    cpuAfter: end.hasEnded ? cpuTimes() : undefined,
    wallMs: now() - start.wallMs,
    steadyMs: steadyNow() - start.steadyMs,
    floor,
    amqpFloor,
    courses: collected.courses.map(observe),
    throttled: throttledIn(collected),
  });
  return {
    kind: RESULT_KIND,
    version: RESULT_VERSION,
    isComplete: end.isComplete,
    startedAt: new Date(start.wallMs).toISOString(),
    finishedAt: new Date(end.finishedAt).toISOString(),
    plan,
    machine: { ...machine, loadAverageAfter },
    versions,
    floor,
    ...(amqpFloor !== undefined && { amqpFloor }),
    ...(agents !== undefined && { agents }),
    stacks,
    scenarios: reported.scenarios,
    coldStarts: reported.coldStarts,
    rateCurves: rateCourses.filter(({ steps }) => steps.length > 0).map(toCurve),
    warnings: [...warnings, ...doubts],
  };
}

function toCurve({ scenario, stack, objective, steps, highestRate }: RateCourse): RateCurve {
  return { scenario, stack: stack.name, objective, steps, highestRate };
}

/** What the client alone knows. */
function withoutHosts({ courses, coldCourses }: Collected): NonNullable<Collected['reported']> {
  const unknown = { initMs: undefined, durationMs: undefined, billedMs: undefined };
  return {
    scenarios: courses.filter(hasRounds).map(withoutReports),
    coldStarts: coldCourses.map(({ scenario, stack, inRounds, clientMs, violations }) => ({
      scenario,
      stack: stack.name,
      starts: [...inRounds.map((one) => one.clientMs), ...clientMs].map((ms) => ({
        ...unknown,
        clientMs: ms,
      })),
      violations,
    })),
  };
}

function hasStarts({ inRounds, clientMs }: ColdCourse): boolean {
  return inRounds.length + clientMs.length > 0;
}

function hasRounds({ rounds }: Course): boolean {
  return rounds.length > 0;
}

/** What was throttled, and where. */
function throttledIn({ courses, rateCourses }: Collected): Observed['throttled'] {
  const where = ({ scenario, stack }: Course | RateCourse) => `${scenario} on ${stack.name}`;
  return [
    ...courses.map((one) => ({ where: where(one), throttled: one.throttled })),
    ...rateCourses.map((one) => ({ where: `the rates of ${where(one)}`, throttled: one.throttled })),
  ];
}

function observe({ scenario, stack, rounds }: Course): ObservedCourse {
  const latencies = rounds.map(({ result }) => result.load.latency);
  const medianMicros = histogramQuantile(mergeHistograms(latencies), 0.5);
  return {
    scenario,
    stack: stack.name,
    isHerdKnown: stack.table !== undefined,
    herds: rounds.flatMap(({ herd }) => herd ?? []),
    medianMs: medianMicros === undefined ? undefined : medianMicros / 1000,
  };
}
