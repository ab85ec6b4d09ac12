import type { EventScenario, ScenarioName } from '../results/names.ts';
import { catScenario } from './cat.ts';
import { dogScenario } from './dog.ts';
import type { Scenario } from './scenario.ts';
import { sheepScenario } from './sheep.ts';
import { wolfScenario } from './wolf.ts';

/** The name of a scenario that calls a function and takes its answer. */
export type CallScenario = Exclude<ScenarioName, EventScenario>;

/** The scenario of a name. @param nextTattoo gives a tattoo that is in no shed, each time another. */
export function callScenario(
  name: CallScenario,
  { m, n }: { readonly m: number; readonly n: number },
  nextTattoo: () => bigint,
): Scenario {
  const scenarios: Record<CallScenario, () => Scenario> = {
    cat: () => catScenario(m, n),
    sheep: () => sheepScenario(nextTattoo),
    dog: dogScenario,
    wolf: wolfScenario,
  };
  return scenarios[name]();
}
