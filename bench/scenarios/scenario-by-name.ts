import type { ScenarioName } from '../results/names.ts';
import { callScenario } from './call-scenario.ts';
import { importScenario } from './import.ts';
import { portraitScenario } from './portrait.ts';
import type { Scenario } from './scenario.ts';

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
export function scenarioByName(name: ScenarioName, sizes: ScenarioSizes, nextTattoo: () => bigint): Scenario {
  if (name === 'import') return importScenario(sizes.rows, nextTattoo);
  if (name === 'portrait') return portraitScenario(sizes.megapixels);
  return callScenario(name, sizes, nextTattoo);
}
