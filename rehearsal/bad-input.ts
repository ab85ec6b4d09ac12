import { STACK_NAMES } from '../bench/stacks/catalogue.ts';
import { inventory } from './account.ts';
import { CommandError } from './run.ts';
import { expectText, nameOf, STAGE, type StackRehearsal, serverless } from './serverless-cli.ts';
import { withTable } from './shed-table.ts';

interface BadInput {
  readonly args: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** What the message must say: the option, its value and what is allowed, or the remedy. */
  readonly message: RegExp;
}

const stage = ['--stage', STAGE];

/** What all stacks share is tried on one of them. */
const OF_ONE_STACK: readonly BadInput[] = [
  { args: ['--stage', 'alice'], message: /--stage must be one of dev, test, prod; got "alice"/ },
  { args: [...stage, '--region', 'eu-west-9'], message: /--region must be an AWS region.*; got "eu-west-9"/ },
  {
    args: [...stage, '--param=memorySize=100'],
    message: /memorySize must be a whole number from 128 to 10240; got "100"/,
  },
  { args: [...stage, '--param=memory=128'], message: /--param must be one of memorySize, .*; got "memory"/ },
  {
    args: stage,
    environment: { AWS_SECRET_ACCESS_KEY: 'wrong' },
    message: /signature .* does not match/,
  },
];

const OF_EACH_STACK: readonly BadInput[] = [
  { args: [...stage, '--param=retention=8'], message: /retention must be one of 1, 3, 5, .*; got "8"/ },
  {
    args: stage,
    environment: { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
    message: /AWS provider credentials not found/,
  },
];

/** How many commands run at once. */
const AT_ONCE = 2;

/**
 * Deploys with everything that cannot work, a foreign table of the same name last.
 * @throws Error when one is not refused by its own message, or when anything was created.
 */
export async function proveBadInputRefused(rehearsal: StackRehearsal): Promise<string> {
  const { endpoint, stack } = rehearsal;
  const before = await inventory(endpoint);
  const inputs = [...OF_EACH_STACK, ...(stack === STACK_NAMES[0] ? OF_ONE_STACK : [])];
  const open = [...inputs];
  const worker = async () => {
    for (let input = open.shift(); input !== undefined; input = open.shift()) {
      await expectRefusal(rehearsal, input);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await withTable(endpoint, nameOf(stack), () =>
    expectRefusal(rehearsal, { args: stage, message: /The table sheep-shed-\S+ exists already/ }),
  );
  const made = (await inventory(endpoint)).filter((one) => !before.includes(one));
  if (made.length > 0) throw new Error(`a refused deployment made ${made.join(', ')}`);
  return `${inputs.length + 1} kinds refused, nothing created`;
}

async function expectRefusal(rehearsal: StackRehearsal, { args, environment, message }: BadInput) {
  const output = await serverless(
    rehearsal,
    args,
    environment,
  )('deploy').then(
    () => 'the deployment went on',
    (error: unknown) => (error instanceof CommandError ? error.output : String(error)),
  );
  expectText(output, message);
}
