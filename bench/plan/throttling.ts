import type { ScenarioName } from '../results/names.ts';
import { parseObjective, stepSeconds } from './objective.ts';
import type { BenchOptions } from './settle-options.ts';

/** What AWS lets through to one deployed stack; what is not known limits nothing. */
export interface StackLimits {
  /** Requests a second in the long run, and at once (a token bucket). */
  readonly stage: { readonly rate: number; readonly burst: number } | undefined;
  /** Execution environments at once of the function of each scenario. */
  readonly functions: ReadonlyMap<ScenarioName, FunctionLimit>;
}

/** How many execution environments one function may have at once. */
export interface FunctionLimit {
  readonly concurrency: number;
  /** Whether they are reserved for it; else it shares what the account has left. */
  readonly isReserved: boolean;
}

/** Load without a pause, as a plan makes it. */
interface Load {
  /** The option that decides it, with its value. */
  readonly option: string;
  /** What to give instead, where so much is let through. @param most requests at once, or a second. */
  readonly instead: (most: number) => string;
  readonly atOnce: number;
  readonly rate: number;
  readonly seconds: number;
  /** Whether the rate follows from how fast the function answers. */
  readonly isClosed: boolean;
  /** Whether it ends after its calls, however long they take. */
  readonly isCounted: boolean;
}

/** Lambda takes this many requests a second for each execution environment that may be there. */
const RATE_PER_ENVIRONMENT = 10;
/** What a cold start may take, in seconds: as many requests as are due meanwhile are under way at once. */
const START_SECONDS = 1;

/**
 * What of a plan AWS would throttle on one stack: which limit, its value, and what to change.
 * @param latencySeconds how fast the function of a scenario answers, at best.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export function throttlesOf(
  limits: StackLimits,
  options: BenchOptions,
  latencySeconds: (scenario: ScenarioName) => number,
): string[] {
  const found = options.scenario.flatMap((scenario) =>
    phasesOf(options, latencySeconds(scenario)).flatMap((loads) =>
      [
        ...(limits.stage === undefined ? [] : throttledByStage(limits.stage, loads)),
        ...loads.flatMap((load) => throttledByLambda(limits.functions.get(scenario), load)).slice(-1),
      ].map((text) => ({ scenario, text })),
    ),
  );
  const alike = Map.groupBy(found, ({ text }) => text);
  return [...alike].map(([text, those]) => `${those.map(({ scenario }) => scenario).join(', ')}: ${text}`);
}

/** The rounds of a scenario, and its rates one after the other. */
function phasesOf(options: BenchOptions, latency: number): Load[][] {
  const { connections, openConnections, rate, rateSteps = [], slo, calls, duration, warmUp } = options;
  const atOnce = (perSecond: number, most: number) => Math.min(most, Math.ceil(perSecond * START_SECONDS));
  const perSecond = rate ?? connections / latency;
  const rounds: Load = {
    option: rate === undefined ? `--connections ${connections}` : `--rate ${rate}`,
    instead: (most) => (rate === undefined ? `--connections ${most}` : `--rate ${most}`),
    atOnce: rate === undefined ? connections : atOnce(rate, connections),
    rate: perSecond,
    seconds: (calls === undefined ? duration : calls / perSecond) + warmUp,
    isClosed: rate === undefined,
    isCounted: calls !== undefined,
  };
  const steps = rateSteps.map(
    (step): Load => ({
      option: `--rate-steps ${step}`,
      instead: (most) => `--rate-steps up to ${most}`,
      atOnce: atOnce(step, openConnections),
      rate: step,
      seconds: stepSeconds(step, parseObjective(slo ?? ''), duration) + warmUp,
      isClosed: false,
      isCounted: false,
    }),
  );
  return [[rounds], steps];
}

/** The first load that empties the bucket of a stage. */
function throttledByStage(
  { rate, burst }: { rate: number; burst: number },
  loads: readonly Load[],
): string[] {
  let left = burst;
  for (const load of loads) {
    left = Math.min(burst, left - drained(load, rate));
    if (left >= 0 && load.atOnce <= burst) continue;
    const raise = [
      `--param=throttleRate=${roundUp(Math.max(load.rate, rate))}`,
      ...(load.atOnce > burst ? [`--param=throttleBurst=${roundUp(load.atOnce)}`] : []),
    ];
    return [
      `${sends(load)} for ${seconds(load.seconds)}, up to ${load.atOnce} at once; the stage takes ${rate}/s and ${burst} at once: ${load.instead(mostFor(load, rate, burst))}, or deploy with ${raise.join(' ')}`,
    ];
  }
  return [];
}

function throttledByLambda(limit: FunctionLimit | undefined, load: Load): string[] {
  if (limit === undefined) return [];
  const { concurrency, isReserved } = limit;
  const ownRate = RATE_PER_ENVIRONMENT * concurrency;
  const whose = isReserved ? 'reserved for the function' : 'left in the account';
  const raise = isReserved
    ? 'deploy with a higher --param=reservedConcurrency'
    : 'ask AWS for more (docs/deploy.md, "New accounts")';
  if (load.atOnce > concurrency) {
    return [
      `${load.option} needs ${load.atOnce} execution environments at once; ${concurrency} are ${whose}: ${load.instead(concurrency)}, or ${raise}`,
    ];
  }
  if (load.rate <= ownRate) return [];
  const most = load.isClosed ? Math.max(1, Math.floor((load.atOnce * ownRate) / load.rate)) : ownRate;
  return [
    `${sends(load)}; Lambda takes ${ownRate}/s with the ${concurrency} execution environments ${whose}: ${load.instead(most)}, or ${raise}`,
  ];
}

/** Tokens that a load takes out of a bucket that is filled at a rate; below 0 when it leaves more than it found. */
function drained({ rate, seconds }: Load, filled: number): number {
  return (rate - filled) * seconds;
}

/** The most connections, or requests a second, that a stage takes. */
function mostFor(load: Load, rate: number, burst: number): number {
  if (!load.isClosed) return rate;
  const fits = (connections: number) => {
    const share = connections / load.atOnce;
    const seconds = load.isCounted ? load.seconds / share : load.seconds;
    return connections <= burst && drained({ ...load, rate: load.rate * share, seconds }, rate) <= burst;
  };
  let most = load.atOnce - 1;
  while (most > 1 && !fits(most)) most--;
  return Math.max(1, most);
}

function sends({ option, rate, isClosed }: Load): string {
  return `${option} sends ${isClosed ? 'about ' : ''}${Math.ceil(rate)} requests/s`;
}

function seconds(value: number): string {
  return `${Number(value.toFixed(1))} s`;
}

function roundUp(value: number): number {
  return Math.ceil(value / 100) * 100;
}
