import type { BenchOptions } from '../plan/settle-options.ts';
import type { Target } from '../plan/targets.ts';
import { FUNCTION_OF, sizedName, sizeIn, unsizedName } from '../results/names.ts';
import type { FunctionDescription } from '../results/result.ts';
import type { BenchWorld } from '../world/world.ts';
import type { AwsClients } from './aws-clients.ts';
import { openAws } from './aws-clients.ts';
import { cloudWatchLogs } from './cloudwatch-logs.ts';
import type { OpenStacks } from './local-stacks.ts';
import { memorySizes } from './memory-size.ts';
import { type Reached, refuseThrottled } from './refuse-throttled.ts';
import { remoteStack } from './remote-stack.ts';
import { remoteTable } from './remote-table.ts';
import { openSigning, type Signing } from './signing.ts';
import { sizeTurns } from './size-turns.ts';
import type { Stack } from './stack.ts';

/** CloudWatch takes in logs within seconds as a rule, sometimes within minutes. */
const CLOUDWATCH_PATIENCE = { attempts: 24, pauseMs: 10_000 };
/** Lambda takes over a change within seconds. */
const UPDATE_POLL_SECONDS = 1;

/** A stack that answers, before its table is touched. */
type Found = Reached & {
  /** Sheep that its dog counts. */
  readonly counted: number;
  readonly functions: readonly FunctionDescription[];
};

/**
 * Stacks that somebody deployed; where their region is known with their logs, and with their tables if credentials
 * may write them; with the right to force cold starts where they were asked for.
 * @throws OptionError when nobody answers at an address, when AWS would throttle the plan, when `--cold` or `--fresh-every`
 * lacks credentials or rights, or `--sign` credentials.
 */
export async function remoteStacks(options: BenchOptions, world: BenchWorld): Promise<OpenStacks> {
  const { targets = [] } = options;
  const services = new Map<string, AwsClients>();
  const signings = new Map<string, Signing>();
  const close = async () => {
    for (const one of [...signings.values(), ...services.values()]) one.close();
  };
  try {
    for (const { region, sign } of targets) {
      if (region !== undefined && !services.has(region)) services.set(region, await openAws(region, world));
      if (sign !== undefined && !signings.has(sign)) signings.set(sign, await openSigning(sign, world.now));
    }
    const found: Found[] = [];
    for (const target of targets) {
      const clients = target.region === undefined ? undefined : services.get(target.region);
      const signing = target.sign === undefined ? undefined : signings.get(target.sign);
      found.push(await reach(target, clients, signing, options, world));
    }
    const notices = await refuseThrottled(found, options, world);
    const stacks: Stack[] = [];
    for (const one of found) {
      const stack = await withTable(one, options, world, notices);
      stacks.push(...atSizes(stack, one, options, world));
    }
    const described = new Map(found.map(({ target, functions }) => [target.name, functions]));
    const functionsOf = ({ name }: Stack) => {
      const memorySizeMb = sizeIn(name);
      const functions = described.get(unsizedName(name)) ?? [];
      return memorySizeMb === undefined ? functions : functions.map((one) => ({ ...one, memorySizeMb }));
    };
    return { stacks, functionsOf, libraries: {}, notices, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The stack once for each memory size that was asked for; its functions have that of whose turn it is. */
function atSizes(
  stack: Stack,
  { target, clients, functions }: Found,
  { memory }: BenchOptions,
  { sleep, signal }: BenchWorld,
): readonly Stack[] {
  const { cold } = stack;
  if (memory === undefined || clients === undefined || cold === undefined) return [stack];
  const sizes = memorySizes(clients.lambda, UPDATE_POLL_SECONDS, signal);
  const fullName = (functionName: string) =>
    functions.find((one) => one.function === functionName)?.name ?? functionName;
  const turns = sizeTurns(sizes, cold, fullName);
  return memory.map((memoryMb) => ({
    ...stack,
    name: sizedName(stack.name, memoryMb),
    logs: cloudWatchLogs(clients.logs, target, { ...CLOUDWATCH_PATIENCE, sleep }, signal, memoryMb),
    cold: turns(memoryMb),
  }));
}

async function reach(
  target: Target,
  clients: AwsClients | undefined,
  signing: Signing | undefined,
  { cold, freshEvery, scenario, timeout }: BenchOptions,
  { signal, sleep }: BenchWorld,
): Promise<Found> {
  const logs = clients && cloudWatchLogs(clients.logs, target, { ...CLOUDWATCH_PATIENCE, sleep }, signal);
  const isChanged = clients !== undefined && (cold > 0 || freshEvery > 0);
  const deployed = isChanged ? await functionsOf(target, clients, scenario, signal) : undefined;
  const headers = signing && { headersOf: signing.headersFor(target.url) };
  const access = { logs, cold: deployed?.cold, ...headers };
  const { stack, counted } = await remoteStack(target, access, timeout, signal);
  return { target, stack, clients, counted, functions: deployed?.descriptions ?? [] };
}

async function functionsOf(
  target: Target,
  { lambda }: AwsClients,
  scenario: BenchOptions['scenario'],
  signal: AbortSignal,
) {
  const { deployedFunctions } = await import('./lambda-functions.ts');
  const names = scenario.map((name) => FUNCTION_OF[name]);
  return deployedFunctions(lambda, target, names, UPDATE_POLL_SECONDS, signal);
}

/** The stack with its table where the bench may write it; why it may not is a notice. */
async function withTable(
  { target, stack, clients, counted }: Found,
  options: BenchOptions,
  world: BenchWorld,
  notices: string[],
): Promise<Stack> {
  // The cat needs no sheep.
  if (clients === undefined || options.scenario.every((name) => name === 'cat')) return stack;
  const { table, problem } = await remoteTable(clients.dynamodb, { ...target, counted }, options, world);
  if (problem !== undefined) notices.push(problem);
  else world.progress.line(`${target.name}: its table holds the herd, and nothing else, for this run`);
  return { ...stack, table };
}
