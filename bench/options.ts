import type { Option, OptionTable, Values } from '../src/config.ts';
import { OptionError, wholeNumber, wordsOf } from '../src/config.ts';

/** What the bench does to one function each, in the order in which it is done. */
export const SCENARIO_NAMES = ['cat', 'sheep', 'dog', 'wolf'] as const;

/** The name of a scenario. */
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** The stacks that run on this machine. */
export const LOCAL_STACK_NAMES = ['ts', 'python'] as const;

/** The name of a stack that runs on this machine. */
export type LocalStackName = (typeof LOCAL_STACK_NAMES)[number];

/** A deployed API and the name that it has in reports. */
export interface NamedUrl {
  readonly name: string;
  readonly url: string;
}

/** The options of the bench; each default says in `docs/method.md` why it is what it is. */
export const BENCH_OPTIONS = {
  url: {
    env: 'BENCH_URL',
    help: 'measure a deployed API instead of this machine',
    allowed: 'an http:// or https:// address without query, or name=address, each name once',
    repeatable: true,
    read: (texts) => {
      const urls = texts.map(readNamedUrl).filter((one) => one !== undefined);
      const names = new Set(urls.map(({ name }) => name));
      return urls.length === texts.length && names.size === urls.length ? urls : undefined;
    },
  } satisfies Option<readonly NamedUrl[]>,
  region: {
    env: 'BENCH_REGION',
    help: 'AWS region of the URLs, whose CloudWatch is then asked for REPORT lines',
    allowed: 'an AWS region, such as eu-west-3',
    read: ([given = '']) => (/^[a-z]{2}(-[a-z]+)+-\d$/.test(given) ? given : undefined),
  } satisfies Option<string>,
  stage: {
    env: 'BENCH_STAGE',
    help: 'stage of the URLs, for their log groups /aws/lambda/sheep-shed-<stage>-<name>-<function>',
    default: 'dev',
    allowed: 'a letter, then up to 29 letters, digits and hyphens',
    read: ([given = '']) => (/^[a-zA-Z][a-zA-Z0-9-]{0,29}$/.test(given) ? given : undefined),
  } satisfies Option<string>,
  stack: {
    env: 'BENCH_STACK',
    help: 'stack to run on this machine; every one that can run when not given',
    repeatable: true,
    ...wordsOf(LOCAL_STACK_NAMES),
  } satisfies Option<readonly LocalStackName[]>,
  scenario: {
    env: 'BENCH_SCENARIO',
    help: 'what to measure',
    default: SCENARIO_NAMES,
    repeatable: true,
    ...wordsOf(SCENARIO_NAMES),
  } satisfies Option<readonly ScenarioName[]>,
  duration: {
    env: 'BENCH_DURATION',
    help: 'seconds a scenario lasts on each stack, all rounds together',
    default: 3,
    allowed: 'a number of seconds above 0, at most 3600',
    read: ([given = '']) => {
      const seconds = /^[0-9]+(\.[0-9]+)?$/.test(given) ? Number(given) : 0;
      return seconds > 0 && seconds <= 3600 ? seconds : undefined;
    },
  } satisfies Option<number>,
  calls: {
    env: 'BENCH_CALLS',
    help: 'calls a scenario makes on each stack, all rounds together, instead of a duration',
    ...wholeNumber(1, 10_000_000),
  } satisfies Option<number>,
  rounds: {
    env: 'BENCH_ROUNDS',
    help: 'rounds in which the stacks take turns; fewer when there are fewer calls',
    default: 5,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  connections: {
    env: 'BENCH_CONNECTIONS',
    help: 'calls under way at once; 1 on this machine and 10 against a URL when not given',
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  m: { env: 'BENCH_M', help: "the cat's m", default: 3, ...wholeNumber(0, 3) } satisfies Option<number>,
  n: {
    env: 'BENCH_N',
    help: "the cat's n",
    default: 8,
    ...wholeNumber(0, 1_000_000),
  } satisfies Option<number>,
  herd: {
    env: 'BENCH_HERD',
    help: 'sheep in the shed before a scenario',
    default: 1000,
    ...wholeNumber(0, 1_000_000),
  } satisfies Option<number>,
  seed: {
    env: 'BENCH_SEED',
    help: 'which of the possible herds is loaded',
    default: 1,
    ...wholeNumber(0, 4_294_967_295),
  } satisfies Option<number>,
  timeout: {
    env: 'BENCH_TIMEOUT',
    help: 'seconds after which an answer counts as lost',
    default: 35,
    ...wholeNumber(1, 900),
  } satisfies Option<number>,
  out: {
    env: 'BENCH_OUT',
    help: 'file for the result; results/<time>.json when not given',
    allowed: 'a path',
    read: ([given = '']) => (given === '' ? undefined : given),
  } satisfies Option<string>,
  help: {
    help: 'show this text',
    isSwitch: true,
    default: false,
    allowed: 'true or false',
    read: ([given]) => (given === 'true' ? true : given === 'false' ? false : undefined),
  } satisfies Option<boolean>,
} satisfies OptionTable;

/** What one run of the bench is to do. */
export type BenchOptions = Omit<Values<typeof BENCH_OPTIONS>, 'connections'> & {
  readonly connections: number;
};

/**
 * Fills in what depends on other options, and refuses what contradicts itself.
 * @throws OptionError when there are more connections than calls, local stacks beside URLs, or a
 * region without URL.
 */
export function settleOptions(values: Values<typeof BENCH_OPTIONS>): BenchOptions {
  const { calls, url, stack, region } = values;
  if (url !== undefined && stack !== undefined) {
    throw new OptionError(`--stack must be absent when --url is given; got "${stack.join(',')}"`);
  }
  if (url === undefined && region !== undefined) {
    throw new OptionError(`--region must be absent when --url is not given; got "${region}"`);
  }
  // Environments that share this machine's cores would measure each other, which they do not on Lambda.
  const usual = url === undefined ? 1 : 10;
  const connections = values.connections ?? Math.min(usual, calls ?? usual);
  if (calls !== undefined && connections > calls) {
    throw new OptionError(`--connections must be at most --calls, which is ${calls}; got "${connections}"`);
  }
  // Each round needs a call for every connection.
  const rounds = Math.min(values.rounds, Math.floor((calls ?? Number.POSITIVE_INFINITY) / connections));
  return { ...values, connections, rounds };
}

function readNamedUrl(text: string): NamedUrl | undefined {
  const [, name = 'api', address = ''] = /^(?:([a-z][a-z0-9-]*)=)?(.*)$/s.exec(text) ?? [];
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isHttp && url.search === '' && url.hash === ''
    ? { name, url: address.replace(/\/+$/, '') }
    : undefined;
}
