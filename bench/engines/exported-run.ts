import type { Values } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import type { EXPORT_OPTIONS } from '../plan/export-options.ts';
import { parseObjective, stepSeconds } from '../plan/objective.ts';
import { planOf } from '../plan/plan.ts';
import { settleOptions } from '../plan/settle-options.ts';
import type { Plan } from '../results/result.ts';

/** A run of the bench as another engine is to make it. */
export interface ExportedRun {
  readonly plan: Plan;
  /** By the name of the stack. */
  readonly urls: Readonly<Record<string, string>>;
  /** The rates that are tried, and how long each takes. */
  readonly steps: readonly { readonly rate: number; readonly seconds: number }[];
  /** Connections of these. */
  readonly stepConnections: number;
  /** As they were given. */
  readonly thresholds: readonly string[];
}

/** Where `npm run local` serves when it is not told otherwise. */
const LOCAL = { name: 'local', url: 'http://127.0.0.1:3000' };

/**
 * Settles the options of a run that another engine makes.
 * @throws OptionError on what none of them can do, beside what {@link settleOptions} refuses.
 */
export function exportedRun(values: Values<typeof EXPORT_OPTIONS>): ExportedRun {
  const url = values.url ?? [LOCAL];
  const options = settleOptions({ ...values, url });
  const { cold, freshEvery, sign, engine } = { ...options, sign: values.sign };
  refuse('--cold', cold > 0 && cold, 'it changes no functions');
  refuse('--fresh-every', freshEvery > 0 && freshEvery, 'it changes no functions');
  refuse('--sign', sign !== undefined && 'a region', 'the script signs nothing');
  refuse('--engine', engine !== 'bench' && engine, 'it is the engine itself');
  refuse('--baseline', values.baseline?.join(', ') ?? false, 'compare the imported result');
  const plan = planOf(
    url.map(({ name }) => name),
    options,
  );
  return {
    plan,
    steps: stepsOf(plan),
    urls: Object.fromEntries(url.map((one) => [one.name, one.url])),
    stepConnections: options.openConnections,
    thresholds: values.threshold ?? [],
  };
}

function stepsOf({ rateSteps = [], objective, duration }: Plan): ExportedRun['steps'] {
  if (objective === undefined) return [];
  const goal = parseObjective(objective);
  return rateSteps.map((rate) => ({ rate, seconds: stepSeconds(rate, goal, duration) }));
}

/** Refuses an option that another engine cannot follow; `false` where it was not given. @throws OptionError */
export function refuse(flag: string, given: string | number | false, why: string): void {
  if (given === false) return;
  throw new OptionError(`${flag} must be absent when the load is exported: ${why}; got "${given}"`);
}
