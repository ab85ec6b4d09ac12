import type { ScenarioName } from '../results/names.ts';
import { catScenario } from './cat.ts';
import { dogScenario } from './dog.ts';
import type { Scenario } from './scenario.ts';
import { sheepScenario } from './sheep.ts';
import { wolfScenario } from './wolf.ts';

/** The scenario of a name. @param nextTattoo gives a tattoo that is in no shed, each time another. */
export function scenarioByName(
  name: ScenarioName,
  { m, n }: { readonly m: number; readonly n: number },
  nextTattoo: () => bigint,
): Scenario {
  const scenarios: Record<ScenarioName, () => Scenario> = {
    cat: () => catScenario(m, n),
    sheep: () => sheepScenario(nextTattoo),
    dog: dogScenario,
    wolf: wolfScenario,
  };
  return scenarios[name]();
}
