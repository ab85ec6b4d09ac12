import type { Option, OptionTable } from '@sheep-shed/options';
import {
  awsRegion,
  decimalNumber,
  filePath,
  type PerName,
  perName,
  type Reader,
  risingNumbers,
  SWITCH,
  wholeNumber,
  wordOf,
  wordsOf,
} from '@sheep-shed/options/readers';
import type { EngineName, HostName, ScenarioName } from '../results/names.ts';
import { CALL_SCENARIOS, ENGINE_NAMES, HOST_NAMES, SCENARIO_NAMES } from '../results/names.ts';
import type { StackName } from '../stacks/catalogue.ts';
import { DEFAULT_STACK_NAMES, STACK_NAMES } from '../stacks/catalogue.ts';
import { GATE_OPTIONS } from './gate-options.ts';
import type { NamedStack, NamedUrl } from './named-targets.ts';
import { namedStacks, namedUrls } from './named-targets.ts';
import { OBJECTIVE_ALLOWED, readObjective } from './objective.ts';
import { PRESET_OPTION } from './presets.ts';

/** Some of a few words, with commas between them or as several flags. */
function listOf<Word extends string>(words: readonly Word[]): Reader<readonly Word[]> {
  return {
    allowed: `some of ${words.join(', ')}, with commas between them, each at most once`,
    read: (given) => wordsOf(words).read(given.flatMap((text) => text.split(','))),
  };
}

/** Rising memory sizes of Lambda, whole MB from 128 to 10 240. */
function memorySizes(most: number): Reader<readonly number[]> {
  const { allowed, read } = risingNumbers(most, 10_240);
  return {
    allowed: `${allowed}, each a whole number of MB from 128`,
    read: (texts) => {
      const sizes = read(texts);
      return sizes?.every((size) => Number.isInteger(size) && size >= 128) ? sizes : undefined;
    },
  };
}

/** The options of the bench; each default says in `docs/method.md` why it is what it is. */
export const BENCH_OPTIONS = {
  ...PRESET_OPTION,
  url: {
    env: 'BENCH_URL',
    help: 'measure a deployed API instead of this machine',
    repeatable: true,
    ...namedUrls,
  } satisfies Option<readonly NamedUrl[]>,
  region: {
    env: 'BENCH_REGION',
    help: 'AWS region of the URLs: CloudWatch there is asked for REPORT lines, and the tables there are loaded with the herd',
    repeatable: true,
    ...perName(awsRegion),
  } satisfies Option<PerName<string>>,
  sign: {
    env: 'BENCH_SIGN',
    help: 'AWS region for which requests to the URLs are signed (SigV4), for an API deployed with auth=iam',
    repeatable: true,
    ...perName(awsRegion),
  } satisfies Option<PerName<string>>,
  stage: {
    env: 'BENCH_STAGE',
    help: 'stage of the URLs, for the names sheep-shed-<stage>-<name>-<function> of their functions; dev when not given',
    repeatable: true,
    ...perName({
      allowed: 'a letter, then up to 29 letters, digits and hyphens',
      read: ([given = '']) => (/^[a-zA-Z][a-zA-Z0-9-]{0,29}$/.test(given) ? given : undefined),
    }),
  } satisfies Option<PerName<string>>,
  ignoreLimits: {
    env: 'BENCH_IGNORE_LIMITS',
    help: 'measure although the limits of API Gateway or Lambda would throttle the plan',
    ...SWITCH,
  } satisfies Option<boolean>,
  stack: {
    env: 'BENCH_STACK',
    help: `stack to run on this machine; ${DEFAULT_STACK_NAMES.join(' and ')} when not given`,
    repeatable: true,
    ...namedStacks(STACK_NAMES),
  } satisfies Option<readonly NamedStack<StackName>[]>,
  host: {
    env: 'BENCH_HOST',
    help: 'host to run the stacks on, on this machine; container and worker run TypeScript, which is then the stack when none is named',
    default: ['lambda'],
    repeatable: true,
    ...listOf(HOST_NAMES),
  } satisfies Option<readonly HostName[]>,
  memory: {
    env: 'BENCH_MEMORY',
    help: "memory sizes in MB that the stacks run at, in turns: here by control groups (Linux, root), at a URL by changing its functions, which needs --region and credentials; the package's own when not given",
    repeatable: true,
    ...memorySizes(10),
  } satisfies Option<readonly number[]>,
  against: {
    env: 'BENCH_AGAINST',
    help: 'another revision of the stack, measured beside it in the same run; a regression gives exit code 4',
    allowed: 'a git revision, such as HEAD~1 or origin/main, or the folder of a checkout',
    read: ([given = '']) => (given === '' ? undefined : given),
  } satisfies Option<string>,
  scenario: {
    env: 'BENCH_SCENARIO',
    help: `what to measure; import and portrait are event-driven, and measured in a run of their own: ts with --param=portraits=on on this machine, with MiniStack (Python)`,
    default: CALL_SCENARIOS,
    repeatable: true,
    ...listOf(SCENARIO_NAMES),
  } satisfies Option<readonly ScenarioName[]>,
  duration: {
    env: 'BENCH_DURATION',
    help: 'seconds a scenario lasts on each stack, all rounds together',
    default: 2,
    ...decimalNumber({ above: 0, to: 3600 }, 'seconds'),
  } satisfies Option<number>,
  calls: {
    env: 'BENCH_CALLS',
    help: 'calls a scenario makes on each stack, all rounds together, instead of a duration',
    ...wholeNumber(1, 10_000_000),
  } satisfies Option<number>,
  rounds: {
    env: 'BENCH_ROUNDS',
    help: 'rounds in which the stacks take turns; fewer when there are fewer calls',
    default: 15,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  connections: {
    env: 'BENCH_CONNECTIONS',
    help: 'calls under way at once; 1 on this machine and 10 against a URL when not given, for each agent where there are agents',
    ...wholeNumber(1, 20_000),
  } satisfies Option<number>,
  warmUp: {
    env: 'BENCH_WARM_UP',
    help: 'seconds of uncounted load on new execution environments, after their cold starts',
    default: 0.2,
    ...decimalNumber({ from: 0, to: 60 }, 'seconds'),
  } satisfies Option<number>,
  freshEvery: {
    env: 'BENCH_FRESH_EVERY',
    help: 'rounds after which the execution environments are started anew and warmed up, 0 for never; 1 on this machine and 0 against a URL when not given',
    ...wholeNumber(0, 100),
  } satisfies Option<number>,
  cold: {
    env: 'BENCH_COLD',
    help: 'cold starts of each function and stack, forced where the rounds do not begin with as many; 10 on this machine and none against a URL when not given',
    ...wholeNumber(0, 1000),
  } satisfies Option<number>,
  engine: {
    env: 'BENCH_ENGINE',
    help: 'what applies the load of the closed model; docs/method.md says what autocannon cannot do',
    default: 'bench',
    ...wordOf(ENGINE_NAMES),
  } satisfies Option<EngineName>,
  agents: {
    env: 'BENCH_AGENTS',
    help: 'load agents that apply the load instead of this process: Lambda functions, on local-lambda where nothing tells an AWS region',
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
  agentsRegion: {
    env: 'BENCH_AGENTS_REGION',
    help: 'AWS region where the agents are deployed; that of the first --url when not given',
    ...awsRegion,
  } satisfies Option<string>,
  agentsFunction: {
    env: 'BENCH_AGENTS_FUNCTION',
    help: 'name of the deployed agent',
    default: 'sheep-shed-dev-load-agent',
    allowed: 'a name of a Lambda function: letters, digits, hyphens and underscores, 64 at most',
    read: ([given = '']: readonly string[]) => (/^[\w-]{1,64}$/.test(given) ? given : undefined),
  } satisfies Option<string>,
  yes: {
    help: 'start a run from agents on AWS that may cost more than a dollar',
    ...SWITCH,
  } satisfies Option<boolean>,
  rate: {
    env: 'BENCH_RATE',
    help: 'requests a second, sent at planned times whatever the answers do (open model)',
    ...decimalNumber({ above: 0, to: 1_000_000 }, 'requests a second'),
  } satisfies Option<number>,
  arrivals: {
    env: 'BENCH_ARRIVALS',
    help: 'how the planned times of the open model lie; even when not given',
    ...wordOf(['even', 'poisson']),
  } satisfies Option<'even' | 'poisson'>,
  rateSteps: {
    env: 'BENCH_RATE_STEPS',
    help: 'rates of the open model tried one after the other once the rounds are over',
    repeatable: true,
    ...risingNumbers(20, 1_000_000),
  } satisfies Option<readonly number[]>,
  slo: {
    env: 'BENCH_SLO',
    help: 'what a rate of --rate-steps must meet',
    allowed: OBJECTIVE_ALLOWED,
    read: ([given = '']) => readObjective(given)?.text,
  } satisfies Option<string>,
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
    help: 'which of the possible herds is loaded, and which Poisson arrivals',
    default: 1,
    ...wholeNumber(0, 4_294_967_295),
  } satisfies Option<number>,
  rows: {
    env: 'BENCH_ROWS',
    help: 'rows of each file of the scenario import',
    default: 1000,
    ...wholeNumber(1, 1_000_000),
  } satisfies Option<number>,
  megapixels: {
    env: 'BENCH_MEGAPIXELS',
    help: 'size of each photo of the scenario portrait, a JPEG of about a quarter of a byte a pixel',
    default: 12,
    ...decimalNumber({ from: 0.25, to: 24 }, 'megapixels'),
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
    ...filePath,
  } satisfies Option<string>,
  ...GATE_OPTIONS,
} satisfies OptionTable;
