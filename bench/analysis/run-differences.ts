import type { BenchResult, Plan } from '../results/result.ts';
import { isImported } from '../results/result.ts';

/** Options that change what is measured; others, such as the number of rounds, only change how surely. */
const TOLD_OPTIONS = [
  'isRemote',
  'engine',
  'model',
  'rate',
  'arrivals',
  'connections',
  'calls',
  'duration',
  'warmUp',
  'rounds',
  'm',
  'n',
  'herd',
  'seed',
  'rows',
  'megapixels',
  'timeout',
] as const satisfies (keyof Plan)[];

/** What differs between two runs besides what they measured, in words. */
export function differences(before: BenchResult, after: BenchResult): string[] {
  const shown = (value: unknown) => (value === undefined ? 'none' : String(value));
  const isOpen = before.plan.model === 'open' || after.plan.model === 'open';
  // Arrivals of rate steps are in no figure that is compared.
  const plan = TOLD_OPTIONS.filter(
    (name) => before.plan[name] !== after.plan[name] && (name !== 'arrivals' || isOpen),
  ).map((name) => `${name} ${shown(before.plan[name])} before, ${shown(after.plan[name])} after`);
  const machine = (['cpu', 'cores', 'memoryMb', 'kernel'] as const)
    .filter((name) => before.machine?.[name] !== after.machine?.[name])
    .map((name) => `${name} ${shown(before.machine?.[name])} before, ${shown(after.machine?.[name])} after`);
  const [earlier, later] = [before.versions.node, after.versions.node];
  return [
    ...(plan.length > 0 ? [`the plans differ: ${plan.join('; ')}`] : []),
    ...(machine.length > 0 ? [`the machines differ: ${machine.join('; ')}`] : []),
    ...(earlier !== later ? [`Node differs: ${shown(earlier)} before, ${shown(later)} after`] : []),
    ...[before, after].flatMap((result, index) =>
      isImported(result)
        ? [`the run ${index === 0 ? 'before' : 'after'} was imported: ${notVerified(result)}`]
        : [],
    ),
    ...[before, after].flatMap(({ isComplete }, index) =>
      isComplete ? [] : [`the run ${index === 0 ? 'before' : 'after'} ended early`],
    ),
  ];
}

/** Says of an imported result what nobody looked at. */
export function notVerified({ plan }: Pick<BenchResult, 'plan'>): string {
  return `${plan.engine} made the load, and the bench verified none of its answers`;
}

/** What only one of two runs has measured, in words. */
export function unmatched(before: BenchResult, after: BenchResult): string[] {
  const names = ({ scenarios }: BenchResult) =>
    scenarios.map(({ scenario, stack }) => `${scenario} on ${stack}`);
  const [earlier, later] = [names(before), names(after)];
  const gone = earlier.filter((name) => !later.includes(name));
  const added = later.filter((name) => !earlier.includes(name));
  return [
    ...(gone.length > 0 ? [`only measured before: ${gone.join(', ')}`] : []),
    ...(added.length > 0 ? [`only measured after: ${added.join(', ')}`] : []),
  ];
}
