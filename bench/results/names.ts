/** Scenarios that call one function each and take its answer, in the order in which it is done: the default run. */
export const CALL_SCENARIOS = ['cat', 'sheep', 'dog', 'wolf'] as const;

/** Event-driven scenarios: something is put into a bucket, whose event calls the function, and is later visible. */
const EVENT_SCENARIOS = ['import', 'portrait'] as const;

/** What the bench does to one function each. */
export const SCENARIO_NAMES = [...CALL_SCENARIOS, ...EVENT_SCENARIOS] as const;

/** The name of a scenario. */
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** The name of an event-driven scenario. */
export type EventScenario = (typeof EVENT_SCENARIOS)[number];

/** Whether a scenario is event-driven. */
export function isEventScenario(name: ScenarioName): name is EventScenario {
  return EVENT_SCENARIOS.some((one) => one === name);
}

/** What can apply the load of the closed model: the bench's own engine, or autocannon. */
export const ENGINE_NAMES = ['bench', 'autocannon'] as const;

/** The name of a load engine. */
export type EngineName = (typeof ENGINE_NAMES)[number];

/** An engine whose results the bench reads; it drives none itself. */
export type ImportedEngine = 'k6';

/** Where a stack of this machine runs its functions: local-lambda, or one of our own hosts. */
export const HOST_NAMES = ['lambda', 'container', 'worker'] as const;

/** The name of a host. */
export type HostName = (typeof HOST_NAMES)[number];

/** The host in the name of a target: `ts@container` is `ts` on the container, `ts` is on Lambda. */
export function hostOf(target: string): HostName {
  return HOST_NAMES.find((host) => target.endsWith(`@${host}`)) ?? 'lambda';
}

/** The name of a stack on a host. */
export function targetName(stack: string, host: HostName): string {
  return host === 'lambda' ? stack : `${stack}@${host}`;
}

/** A target at a memory size: `ts@512MB`. */
export function sizedName(target: string, memoryMb: number): string {
  return `${target}@${memoryMb}MB`;
}

/** The name without the memory size, where it has one. */
export function unsizedName(target: string): string {
  return target.replace(SIZE, '');
}

/** The memory size in the name of a target, in MB; `undefined`: that of the deployment package. */
export function sizeIn(target: string): number | undefined {
  const size = SIZE.exec(target)?.[1];
  return size === undefined ? undefined : Number(size);
}

const SIZE = /@(\d+)MB$/;

/** The function that a scenario calls, by the last part of its name. */
export const FUNCTION_OF = {
  cat: 'get-cat',
  sheep: 'post-sheep',
  dog: 'get-dog',
  wolf: 'delete-wolf',
  import: 'import-flock',
  portrait: 'make-portrait',
} as const satisfies Readonly<Record<ScenarioName, string>>;

/** A function of the HTTP contract. */
export type ContractFunction = (typeof FUNCTION_OF)[Exclude<ScenarioName, EventScenario>];

/** The name of one function of a deployed stack, as `serverless.yml` builds it. */
export function functionNameOf(stage: string, stack: string, functionName: string): string {
  return `sheep-shed-${stage}-${stack}-${functionName}`;
}

/** The table of a deployed stack, as `serverless.yml` names it. */
export function tableNameOf(stage: string, stack: string): string {
  return `sheep-shed-${stage}-${stack}`;
}

/** The log group of one function of a deployed stack. */
export function logGroupOf(stage: string, stack: string, functionName: string): string {
  return `/aws/lambda/${functionNameOf(stage, stack, functionName)}`;
}
