import type { Values } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { isEventScenario } from '../results/names.ts';
import { DEFAULT_STACK_NAMES, STACKS } from '../stacks/catalogue.ts';
import type { BENCH_OPTIONS } from './options.ts';
import { refuseBesideEvents } from './refuse-beside-events.ts';
import { agentsRegionOf } from './settle-agents.ts';
import { DEFAULT_STAGE, sayPerName, type Target, targetsOf } from './targets.ts';

/** What one run of the bench is to do. */
export type BenchOptions = Omit<
  Values<typeof BENCH_OPTIONS>,
  'url' | 'region' | 'stage' | 'sign' | 'connections' | 'cold' | 'freshEvery' | 'agentsRegion'
> & {
  /** What was deployed; `undefined` when stacks run on this machine. */
  readonly targets: readonly Target[] | undefined;
  /** As it was given. */
  readonly region: string | undefined;
  /** As it was given. */
  readonly stage: string;
  /** AWS region of the agents; `undefined` for local-lambda, or without agents. */
  readonly agentsRegion: string | undefined;
  readonly connections: number;
  readonly cold: number;
  readonly freshEvery: number;
  /** Connections of the open model. */
  readonly openConnections: number;
};

/** Forced cold starts of a function and stack: the fewest that give a p90 of their init. */
const LOCAL_COLD_STARTS = 10;

/**
 * Fills in what depends on other options, and refuses what contradicts itself.
 * @throws OptionError that names the two options, the value and what is allowed.
 */
export function settleOptions(values: Values<typeof BENCH_OPTIONS>): BenchOptions {
  const { url, region: _region, stage: _stage, sign: _sign, ...rest } = values;
  const { calls, rate, rateSteps, against } = values;
  refuseContradictions(values);
  refuseBesideMemory(values);
  const isOfFirst = isOfSomeStacks(values);
  if (against !== undefined) refuseBesideAgainst(against, values);
  // Environments that share this machine's cores would measure each other, which they do not on Lambda.
  const closed = url === undefined ? 1 : 10;
  const { agents = 1 } = values;
  const usual = agents * (rate === undefined ? closed : OPEN_CONNECTIONS);
  const connections = values.connections ?? Math.min(usual, calls ?? usual);
  if (calls !== undefined && connections > calls) {
    throw new OptionError(`--connections must be at most --calls, which is ${calls}; got "${connections}"`);
  }
  // Each round needs a call for every connection.
  const rounds = Math.min(values.rounds, Math.floor((calls ?? Number.POSITIVE_INFINITY) / connections));
  const openConnections = values.connections ?? agents * OPEN_CONNECTIONS;
  const isOpen = rate !== undefined || rateSteps !== undefined;
  const arrivals = values.arrivals ?? (isOpen ? 'even' : undefined);
  const cold = values.cold ?? (url === undefined ? LOCAL_COLD_STARTS : 0);
  // A function has one memory size at a time, which new execution environments alone take over.
  const freshEvery = values.freshEvery ?? (url === undefined || values.memory !== undefined ? 1 : 0);
  const stack = values.stack ?? (against === undefined && !isOfFirst ? undefined : firstStack());
  const deployed = deployedOf(values);
  return {
    ...rest,
    ...deployed,
    agentsRegion: agentsRegionOf(values, deployed.targets),
    stack,
    connections,
    rounds,
    arrivals,
    cold,
    freshEvery,
    openConnections,
  };
}

/** Whether only some stacks can be measured so; refuses what else cannot. */
function isOfSomeStacks(values: Values<typeof BENCH_OPTIONS>): boolean {
  const isElsewhere = values.host.some((host) => host !== 'lambda');
  const isEventDriven = values.scenario.some(isEventScenario);
  if (isEventDriven) refuseBesideEvents(values);
  if (isElsewhere) refuseOnOtherHosts(values);
  return isElsewhere || isEventDriven;
}

/** What was deployed, and where. */
function deployedOf(
  values: Values<typeof BENCH_OPTIONS>,
): Pick<BenchOptions, 'targets' | 'region' | 'stage'> {
  const { url, region, stage } = values;
  const targets = url && targetsOf(url, values);
  refuseChangesElsewhere(targets ?? [], values);
  return {
    targets,
    region: region && sayPerName(region),
    stage: stage === undefined ? DEFAULT_STAGE : sayPerName(stage),
  };
}

/** The name of the other revision's stack. */
export const AGAINST_NAME = 'against';

/** In the open model connections only bound how many requests are under way. */
const OPEN_CONNECTIONS = 50;

/** What `--against`, hosts that are not Lambda and event-driven scenarios measure when no stack is named. */
function firstStack() {
  return DEFAULT_STACK_NAMES.slice(0, 1).map((name) => ({ name, source: name }));
}

function refuseBesideAgainst(against: string, { url, stack = [] }: Values<typeof BENCH_OPTIONS>): void {
  if (url !== undefined) {
    throw new OptionError(`--against must be absent when --url is given; got "${against}"`);
  }
  if (stack.length > 1 || stack.some(({ name }) => name === AGAINST_NAME)) {
    throw new OptionError(
      `--stack must name one stack, by another name than ${AGAINST_NAME}, when --against is given; got "${stack.map(({ name }) => name).join(',')}"`,
    );
  }
}

/** Our own hosts run the sources of this checkout, on this machine, and those in TypeScript only. */
function refuseOnOtherHosts({ host, url, against, stack = [], engine }: Values<typeof BENCH_OPTIONS>): void {
  const given = host.join(',');
  for (const [flag, value] of Object.entries({ '--url': url, '--against': against })) {
    if (value !== undefined)
      throw new OptionError(`--host must be lambda when ${flag} is given; got "${given}"`);
  }
  const foreign = stack.find(({ source }) => STACKS[source].hostConditions === undefined);
  if (foreign !== undefined) {
    throw new OptionError(
      `--host must be lambda for --stack ${foreign.name}, which is not TypeScript; got "${given}"`,
    );
  }
  if (engine === 'autocannon' && host.includes('worker')) {
    throw new OptionError(
      `--host must leave out worker when --engine is autocannon: it knows HTTP only; got "${given}"`,
    );
  }
}

/** What autocannon cannot do is refused: figures that only look like those of the bench's own engine would be wrong. */
function refuseBesideAutocannon(values: Values<typeof BENCH_OPTIONS>): void {
  const { engine, rate, rateSteps, sign, scenario } = values;
  if (engine !== 'autocannon') return;
  for (const [flag, value, why] of [
    ['--rate', rate, 'it knows the closed model only'],
    ['--rate-steps', rateSteps?.join(','), 'it knows the closed model only'],
    ['--sign', sign && sayPerName(sign), 'it cannot wait for the signature of each request'],
  ]) {
    if (value === undefined) continue;
    throw new OptionError(`${flag} must be absent when --engine is autocannon: ${why}; got "${value}"`);
  }
  if (!scenario.includes('wolf')) return;
  throw new OptionError(
    `--scenario must leave out wolf when --engine is autocannon, such as --scenario cat --scenario sheep --scenario dog: it cannot wait until what a raid ate is made good; got "${scenario.join(',')}"`,
  );
}

function refuseChangesElsewhere(
  targets: readonly Target[],
  { cold, freshEvery, memory }: Values<typeof BENCH_OPTIONS>,
): void {
  const nowhere = targets.find(({ region }) => region === undefined);
  if (nowhere !== undefined && memory !== undefined) {
    throw new OptionError(
      `--memory must come with --region and AWS credentials for every --url, since it changes the functions there, and ${nowhere.name} has no region; got "${memory.join(',')}"`,
    );
  }
  for (const [flag, value = 0] of Object.entries({ '--cold': cold, '--fresh-every': freshEvery })) {
    if (nowhere === undefined || value === 0) continue;
    throw new OptionError(
      `${flag} must be 0 or come with --region and AWS credentials for every --url, since it changes the functions there, and ${nowhere.name} has no region; got "${value}"`,
    );
  }
}

/** What cannot be measured at several memory sizes in turns. */
function refuseBesideMemory(values: Values<typeof BENCH_OPTIONS>): void {
  const { memory, host, url, against, scenario, freshEvery, rateSteps } = values;
  if (memory === undefined) return;
  const elsewhere = host.filter((one) => one !== 'lambda').join(',');
  const refusals: readonly (readonly [isRefused: boolean, why: string])[] = [
    [elsewhere !== '', `--host is ${elsewhere}, which has no memory size of Lambda`],
    [against !== undefined, '--against is given'],
    [scenario.some(isEventScenario), '--scenario is event-driven'],
    [url !== undefined && rateSteps !== undefined, '--rate-steps is given with --url'],
    [url !== undefined && freshEvery !== undefined && freshEvery !== 1, '--fresh-every is not 1 with --url'],
  ];
  const why = refusals.find(([isRefused]) => isRefused)?.[1];
  if (why !== undefined) {
    throw new OptionError(`--memory must be absent when ${why}; got "${memory.join(',')}"`);
  }
}

function refuseContradictions(values: Values<typeof BENCH_OPTIONS>): void {
  const { url, stack, region, sign, rate, arrivals, rateSteps, slo } = values;
  if (url !== undefined && stack !== undefined) {
    const names = stack.map(({ name, source }) => (name === source ? name : `${name}=${source}`));
    throw new OptionError(`--stack must be absent when --url is given; got "${names.join(',')}"`);
  }
  for (const [flag, value] of Object.entries({ '--region': region, '--sign': sign })) {
    if (url !== undefined || value === undefined) continue;
    throw new OptionError(`${flag} must be absent when --url is not given; got "${sayPerName(value)}"`);
  }
  refuseBesideAutocannon(values);
  if (arrivals !== undefined && rate === undefined && rateSteps === undefined) {
    throw new OptionError(
      `--arrivals must be absent when neither --rate nor --rate-steps is given; got "${arrivals}"`,
    );
  }
  if (rateSteps !== undefined && slo === undefined) {
    throw new OptionError(
      `--slo is missing: --rate-steps needs an objective, such as --slo 'p99<250ms'; got --rate-steps "${rateSteps.join(',')}"`,
    );
  }
  if (slo !== undefined && rateSteps === undefined) {
    throw new OptionError(`--slo must be absent when --rate-steps is not given; got "${slo}"`);
  }
}
