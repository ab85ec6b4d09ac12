import type { ScenarioName } from '../results/names.ts';
import { catScenario } from './cat.ts';
import { dogScenario } from './dog.ts';
import { importScenario } from './import.ts';
import { portraitScenario } from './portrait.ts';
import type { Scenario } from './scenario.ts';
import { sheepScenario } from './sheep.ts';
import { wolfScenario } from './wolf.ts';

/** How much work one call is. */
export interface ScenarioSizes {
  /** Of the cat. */
  readonly m: number;
  readonly n: number;
  /** Of each file. */
  readonly rows: number;
  /** Of each photo. */
  readonly megapixels: number;
}

/** The scenario of a name. @param nextTattoo gives a tattoo that is in no shed, each time another. */
export function scenarioByName(
  name: ScenarioName,
  { m, n, rows, megapixels }: ScenarioSizes,
  nextTattoo: () => bigint,
): Scenario {
  const scenarios: Record<ScenarioName, () => Scenario> = {
    cat: () => catScenario(m, n),
    sheep: () => sheepScenario(nextTattoo),
    dog: dogScenario,
    wolf: wolfScenario,
    import: () => importScenario(rows, nextTattoo),
    portrait: () => portraitScenario(megapixels),
  };
  return scenarios[name]();
}
