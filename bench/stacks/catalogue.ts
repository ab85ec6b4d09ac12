import ROWS from './catalogue.json' with { type: 'json' };

/** The name of a stack, as it stands in function names, log groups and reports. */
export type StackName = keyof typeof ROWS;

/** What a deployment package is made from. */
export interface StackInputs {
  /** Folder of its `serverless.yml`, from the project's root. */
  readonly folder: string;
  /** Files and folders that its `serverless.yml` packages, from that folder. */
  readonly sources: readonly string[];
  /** What it is packaged and deployed with, as `--param=name=value`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The program that its packaging compiles with, for minutes where nothing is in its cache; absent: none. */
  readonly compiler?: string;
}

/** One stack: where it is, what it is made from, and what a reader must know of it. */
export interface StackRow extends StackInputs {
  /** What it is, in one line. */
  readonly about: string;
  /** Whether the bench measures it when no stack is named. */
  readonly byDefault: boolean;
  /** Managed runtime of Lambda. */
  readonly runtime: string;
  /** Conditions of Node for its sources on our own hosts (`src/hosts`); absent: it runs on Lambda alone. */
  readonly hostConditions?: readonly string[];
  /** Whether `--param=portraits=on` gives it flocks and portraits, which event-driven scenarios measure. */
  readonly takesEvents?: boolean;
  /** Packages whose versions a result tells. */
  readonly libraries: readonly string[];
  /** What each of its functions does in init, so that its first call need not. */
  readonly beforeFirstCall: Readonly<Record<string, string>>;
}

/** The catalogue of stacks: everything that names the stacks takes them from here. */
export const STACKS: Readonly<Record<StackName, StackRow>> = ROWS;

/** All names, in the order in which they are measured and shown. */
export const STACK_NAMES = Object.keys(ROWS) as readonly StackName[];

/** The names of the stacks that are measured when none is named. */
export const DEFAULT_STACK_NAMES = STACK_NAMES.filter((name) => STACKS[name].byDefault);

/** The names of the stacks that are packaged without a compiler, within seconds. */
export const UNCOMPILED_STACK_NAMES = STACK_NAMES.filter((name) => STACKS[name].compiler === undefined);

/** What every package depends on besides its stack's own sources, from the project's root. */
export const SHARED_INPUTS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'deploy',
  'cloudwatch-queries',
  'bench/stacks/catalogue.json',
] as const;

/** The arguments with which the Serverless Framework packages, deploys or removes a stack in its folder. */
export function parametersOf({ parameters }: Pick<StackInputs, 'parameters'>): readonly string[] {
  return Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
}
