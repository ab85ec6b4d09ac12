import type { Plan, ToldPlan } from '../results/result.ts';
import { sayDuration } from '../world/progress.ts';
import { readObjective } from './objective.ts';
import type { BenchOptions } from './settle-options.ts';

/** Seconds that each part of a plan is expected to take. */
export interface PlannedSeconds {
  readonly floor: number;
  readonly round: number;
  readonly coldStart: number;
  readonly rateStep: number;
  readonly total: number;
}

/** Seconds of the floor's measurement: enough for some thousands of its requests. */
export const FLOOR_SECONDS = 0.5;

/** What was seen on 2 cores: the init of an execution environment, and what each thousand of sheep takes to load. */
const LOCAL = { init: 0.25, forced: 0, perThousandSheep: 0.07, coldStart: 0.25, call: 0.02 };
/** A function is changed, and waited for; nobody knows how far away it is. */
const REMOTE = { init: 0.5, forced: 5, perThousandSheep: 0.1, coldStart: 5, call: 0.1 };

/** Everything as it was settled, for the result file. */
export function planOf(stacks: readonly string[], options: BenchOptions): Plan {
  const { preset, scenario, rounds, calls, duration, warmUp, freshEvery, connections, rate, arrivals } =
    options;
  const { engine, rateSteps, slo, cold, m, n, herd, seed, timeout, region, stage } = options;
  return {
    preset,
    stacks,
    scenarios: scenario,
    against: options.against,
    isRemote: options.targets !== undefined,
    rounds,
    calls,
    duration,
    warmUp,
    freshEvery,
    connections,
    engine,
    ...(options.agents !== undefined && { agents: options.agents }),
    model: rate === undefined ? 'closed' : 'open',
    rate,
    arrivals,
    rateSteps,
    objective: slo,
    cold,
    m,
    n,
    herd,
    seed,
    ...(scenario.includes('import') && { rows: options.rows }),
    ...(scenario.includes('portrait') && { megapixels: options.megapixels }),
    timeout,
    region,
    stage,
  };
}

/**
 * How many cold starts of each function and stack the rounds give without being forced for it: on this machine each new
 * execution environment begins with one call, alone where there is one connection.
 */
function coldStartsInRounds(plan: Plan): number {
  const { isRemote, engine, warmUp, freshEvery, connections, rate, rounds } = plan;
  const isOneByOne = !isRemote && engine === 'bench' && (connections === 1 || rate !== undefined);
  return isOneByOne && warmUp > 0 && freshEvery > 0 ? Math.ceil(rounds / freshEvery) : 0;
}

/** Cold starts that are forced after the rounds. */
function forcedColdStarts(plan: Plan): number {
  return Math.max(0, plan.cold - coldStartsInRounds(plan));
}

/** Estimates how long a plan takes, without the wait for CloudWatch. */
export function plannedSeconds(plan: Plan): PlannedSeconds {
  const { stacks, scenarios, rounds, calls, duration, warmUp, freshEvery, connections, rate } = plan;
  const { herd, isRemote } = plan;
  const cold = forcedColdStarts(plan);
  const seen = isRemote ? REMOTE : LOCAL;
  const load =
    calls === undefined ? duration : rate === undefined ? (calls * seen.call) / connections : calls / rate;
  const starts = freshEvery > 0 ? Math.ceil(rounds / freshEvery) : 1;
  const forced = freshEvery > 0 ? seen.forced : 0;
  const start = seen.init + warmUp + forced;
  const round = (load + starts * start) / rounds + (seen.perThousandSheep * herd) / 1000;
  const courses = scenarios.length * stacks.length;
  const floor = 2 * FLOOR_SECONDS;
  const needed = readObjective(plan.objective ?? '')?.callsNeeded ?? 0;
  const lowest = plan.rateSteps?.[0] ?? 1;
  // The lowest rate takes longest to give the calls that the objective needs.
  const rateStep = Math.max(duration, needed / lowest) + warmUp;
  const total =
    floor + courses * (rounds * round + cold * seen.coldStart + (plan.rateSteps?.length ?? 0) * rateStep);
  return { floor, round, coldStart: seen.coldStart, rateStep, total };
}

/** The plan in lines for a person, before it runs. */
export function renderPlan(plan: Plan, { total }: PlannedSeconds): string[] {
  const { preset, stacks, scenarios, rounds, calls, duration, warmUp, connections, rate, arrivals, cold } =
    plan;
  const other = plan.against === undefined ? '' : ` (${plan.against})`;
  const amount = calls === undefined ? `${duration} s` : `${calls} calls`;
  const model =
    rate === undefined
      ? `closed model, ${connections} at once${engineText(plan)}`
      : `open model, ${rate} requests/s (${arrivals}), at most ${connections} at once${engineText(plan)}`;
  const parts = [
    `${rounds} rounds in turns, ${amount} of load a scenario and stack`,
    ...(warmUp > 0 ? [`${warmUp} s of warm-up`] : []),
    ...(plan.freshEvery > 0 ? [freshText(plan.freshEvery)] : []),
    model,
    `${plan.herd} sheep`,
    ...(plan.rows === undefined ? [] : [`files of ${plan.rows} rows`]),
    ...(plan.megapixels === undefined ? [] : [`photos of ${plan.megapixels} megapixels`]),
  ];
  return [
    `Plan ${preset}: ${scenarios.join(', ')} on ${stacks.join(' and ')}${other}, ${sayDuration(total)} in all`,
    `  ${parts.join('; ')}`,
    ...(plan.rateSteps === undefined
      ? []
      : [`  then ${plan.rateSteps.join(', ')} requests/s (${arrivals}) against ${plan.objective}`]),
    ...(cold > 0 ? [coldText(plan)] : []),
  ];
}

/** Says who applies the load where it is not the bench itself; begins with a blank. */
export function engineText({ engine, agents }: Pick<ToldPlan, 'engine' | 'agents'>): string {
  if (agents !== undefined) return ` from ${agents} ${agents === 1 ? 'agent' : 'agents'}`;
  return engine === 'bench' ? '' : ` by ${engine}`;
}

function coldText(plan: Plan): string {
  const [inRounds, forced] = [coldStartsInRounds(plan), forcedColdStarts(plan)];
  if (inRounds === 0) return `  then ${forced} forced cold starts of each function`;
  const more = forced === 0 ? '' : `, then ${forced} more`;
  return `  the rounds begin with ${inRounds} cold starts of each function${more}`;
}

function freshText(rounds: number): string {
  return `new execution environments every ${rounds === 1 ? 'round' : `${rounds} rounds`}`;
}
