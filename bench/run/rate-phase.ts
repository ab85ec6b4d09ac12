import type { Herd } from '../herd/make-herd.ts';
import { openLoad } from '../load/open-load.ts';
import { parseObjective } from '../plan/objective.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import type { LoadResult } from '../results/load-result.ts';
import type { ScenarioName } from '../results/names.ts';
import type { RateCurve } from '../results/result.ts';
import { scenarioByName } from '../scenarios/scenario-by-name.ts';
import type { Stack } from '../stacks/stack.ts';
import type { BenchWorld } from '../world/world.ts';
import { climbRates } from './rate-steps.ts';
import { countShed, dogOf, loadOn, loadShed, shedOf } from './set-herd.ts';

/** The options of rate steps, once it is known that there are any. */
export interface RateSteps {
  readonly rates: readonly number[];
  /** As given, such as `p99<250ms`. */
  readonly objective: string;
}

/**
 * Latency against load, of one scenario on one stack: each rate for as long as the rounds of a scenario last.
 * @param onStep hears of each rate that is over.
 * @throws Error when the stack does not take the herd; the reason of the signal when it aborts.
 */
export async function runRateSteps(
  stack: Stack,
  name: ScenarioName,
  { rates, objective }: RateSteps,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
  onStep: () => void,
): Promise<RateCurve> {
  const { duration } = options;
  const apply = async (rate: number): Promise<LoadResult> => {
    const load = await runStep(stack, name, rate, herd, options, world);
    onStep();
    return load;
  };
  const found = await climbRates(rates, parseObjective(objective), duration, apply);
  return { scenario: name, stack: stack.name, objective, ...found };
}

async function runStep(
  stack: Stack,
  name: ScenarioName,
  rate: number,
  herd: Herd,
  options: BenchOptions,
  world: BenchWorld,
): Promise<LoadResult> {
  const { progress, signal, clock } = world;
  const dog = dogOf(stack, options, world);
  if (name !== 'cat') await loadShed(stack, herd, dog, options, world);
  const count = name === 'cat' ? 0 : await countShed(stack, dog);
  const pass = scenarioByName(name, options, world.nextTattoo).begin(
    shedOf(stack, herd, count, { connections: options.openConnections }),
  );
  return openLoad({
    ...loadOn(stack, pass),
    connections: options.openConnections,
    calls: undefined,
    seconds: options.duration,
    timeoutSeconds: options.timeout,
    rate,
    arrivals: options.arrivals ?? 'even',
    seed: options.seed,
    onProgress: (answers) =>
      progress.step(`${name} on ${stack.name} at ${rate} requests/s: ${answers} answers`),
    signal,
    clock,
  });
}
