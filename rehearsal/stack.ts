import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type AccessKey, clientSettings, inventory, ROOT_KEY } from './account.ts';
import { childEnvironment } from './emulator.ts';
import { proveLeastPrivilege, proveRightsNeeded } from './least-privilege.ts';
import { STACK_FOLDERS, type StackName } from './project-copy.ts';
import { CommandError, type Run } from './run.ts';

/** Runs one named step; what it resolves to is printed behind its time. */
export type Step = (name: string, run: () => Promise<string>) => Promise<void>;

/** What the rehearsal of one stack works with. */
export interface StackRehearsal {
  readonly stack: StackName;
  /** The project, for its commands. */
  readonly root: string;
  /** A copy of the project that may be changed. */
  readonly project: string;
  readonly endpoint: string;
  readonly deployer: AccessKey;
  readonly run: Run;
  readonly step: Step;
}

const STAGE = 'dev';
const COMMAND_LIMIT_MS = 90_000;
/** The heaviest prime below 160 kg in micrograms: the wolf's first choice. */
const PRIME_WEIGHT = '159999999983';

/** The line that the second version of each stack changes: it adds a header to every answer. */
const CHANGES: Readonly<Record<StackName, readonly [file: string, from: string, to: string]>> = {
  ts: [
    'src/wrappers/lambda.ts',
    "'content-type': 'application/json' }",
    "'content-type': 'application/json', 'x-version': '2' }",
  ],
  python: [
    'reference/python/sheep_shed/wrappers/aws_lambda.py',
    '"content-type": "application/json"}',
    '"content-type": "application/json", "x-version": "2"}',
  ],
};

/** Checks of the contract that this version of the emulator fails whatever is deployed; local-lambda holds them. */
const EMULATOR_FAULTS: readonly string[] = [
  // It answers 403 to every preflight and adds no CORS header while it enforces IAM.
  'OPTIONS: the preflight allows the methods of the contract to every origin',
  'an answer names the allowed origin, an error too',
  'the case of header names does not matter',
  // It hands an escaped percent sign in a path on as it came.
  'POST /sheep/%2537 → 400',
];

/** Deploys one stack, and does with it whatever is done to a deployed stack, but for its removal. */
export async function rehearseStack(rehearsal: StackRehearsal): Promise<void> {
  const { stack, root, endpoint, run, project } = rehearsal;
  const step: Step = (name, body) => rehearsal.step(`${stack}: ${name}`, body);
  const sls = serverless(rehearsal);
  const node = (script: string, ...args: string[]) =>
    run('node', [script, ...args], {
      cwd: root,
      env: childEnvironment(endpoint, ROOT_KEY),
      limitMs: COMMAND_LIMIT_MS,
    });
  let url = '';
  let sheep = 0;

  await step('a table of the same name is not touched', async () => {
    await withTable(endpoint, `sheep-shed-${STAGE}-${stack}`, async () => {
      const output = await sls('deploy').then(
        () => 'the deployment went on',
        (error: unknown) => (error instanceof CommandError ? error.output : String(error)),
      );
      expectText(output, /The table sheep-shed-\S+ exists already/);
    });
    const made = (await inventory(endpoint)).filter((one) => one.startsWith(`stack sheep-shed-${stack}`));
    if (made.length > 0) throw new Error(`the refused deployment made ${made.join(', ')}`);
    return 'refused before anything is created';
  });
  await step('deploy', async () => {
    await sls('deploy');
    url = await apiUrl(endpoint, `sheep-shed-${stack}-${STAGE}`);
    return url;
  });
  await step('HTTP contract', async () => {
    const output = await node('test/contracts/cli.ts', '--url', url).catch((error: unknown) => {
      if (error instanceof CommandError && onlyEmulatorFaults(error.output)) return error.output;
      throw error;
    });
    const count = (word: string) => output.split('\n').filter((line) => line.startsWith(word)).length;
    return `${count('ok ')} checks hold, ${count('FAILED ')} fail by the emulator, ${count('left out ')} left out`;
  });
  await step('unchanged deploy is skipped', async () => {
    expectText(await sls('deploy'), /No changes to deploy/i);
    sheep = await countSheep(url);
    return `${sheep} sheep in the shed`;
  });
  await step('removing a right is noticed', async () => {
    await addPrime(endpoint, `sheep-shed-${STAGE}-${stack}`);
    return proveRightsNeeded(endpoint, url, stack, STAGE);
  });
  await step('least privilege', async () => {
    const proved = await proveLeastPrivilege(endpoint, stack, STAGE);
    return proved;
  });
  await step('update: new code, same sheep', async () => {
    const [file, from, to] = CHANGES[stack];
    const source = await readFile(join(project, file), 'utf8');
    if (!source.includes(from)) throw new Error(`${file} no longer has the line that the rehearsal changes`);
    await writeFile(join(project, file), source.replace(from, to));
    await sls('deploy');
    await expectVersion(url, '2');
    const count = await countSheep(url);
    // Two more: the prime one, and the one that the probe of the sheep's rights put.
    if (count !== sheep + 2) throw new Error(`the shed held ${sheep + 2} sheep and holds ${count}`);
    return `x-version: 2, ${count} sheep`;
  });
  await step('invoke', async () => {
    const data = JSON.stringify({ version: '2.0', queryStringParameters: { m: '2', n: '3' } });
    expectText(
      await sls('invoke', '--function', functionKey(stack, 'get-cat'), '--data', data),
      /result\W+9\b/,
    );
    return 'A(2,3) is 9';
  });
  await step('logs', async () => {
    const output = await sls('logs', '--function', functionKey(stack, 'get-cat'), '--startTime', '10m');
    expectText(output, /^END .*Memory Used/m);
    return `${output.trim().split('\n').length} lines`;
  });
  await step('info', async () => {
    expectText(await sls('info', '--verbose'), new RegExp(`sheep-shed-${STAGE}-${stack}-delete-wolf`));
    return 'names functions and outputs';
  });
  await step('roll back to the first version', async () => {
    const [first] = /\b\d{13}\b/.exec(await sls('deploy', 'list')) ?? [];
    if (first === undefined) throw new Error('deploy list names no version');
    await sls('rollback', '--timestamp', first);
    await expectVersion(url, null);
    return `${await countSheep(url)} sheep`;
  });
  await step('small bench', async () => {
    const out = join(project, `${stack}.json`);
    const sizes = ['--calls', '4', '--connections', '1', '--rounds', '1', '--herd', '20', '--out', out];
    await node('bench/cli.ts', '--url', `${stack}=${url}`, ...sizes);
    return 'every answer verified';
  });
}

/** Removes a stack by the command that its owner would use. */
export async function removeStack(rehearsal: StackRehearsal): Promise<void> {
  await rehearsal.step(`${rehearsal.stack}: remove`, async () => {
    await serverless(rehearsal)('remove');
    return 'done';
  });
}

function serverless({ stack, project, endpoint, deployer, run }: StackRehearsal) {
  return (...args: string[]) =>
    run(join(project, 'node_modules/.bin/serverless'), [...args, '--stage', STAGE], {
      cwd: join(project, STACK_FOLDERS[stack]),
      env: childEnvironment(endpoint, deployer),
      limitMs: COMMAND_LIMIT_MS,
    });
}

/** The key of a function in `serverless.yml`. */
function functionKey(stack: StackName, name: string): string {
  return stack === 'python' ? name : name.replace(/-(.)/, (_dash, letter: string) => letter.toUpperCase());
}

/** The address that the emulator has for the API; the output of the stack is the one that AWS would have. */
async function apiUrl(endpoint: string, StackName: string): Promise<string> {
  const client = new CloudFormationClient(clientSettings(endpoint, ROOT_KEY));
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const id = stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'HttpApiId')?.OutputValue;
    if (id === undefined) throw new Error(`the stack ${StackName} has no output HttpApiId`);
    return `${endpoint}/_aws/execute-api/${id}/%24default`;
  } finally {
    client.destroy();
  }
}

/** Runs something while a table of a name exists that no stack made. */
async function withTable(endpoint: string, TableName: string, body: () => Promise<void>): Promise<void> {
  const client = new DynamoDBClient(clientSettings(endpoint, ROOT_KEY));
  try {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'tattoo', AttributeType: 'N' }],
        KeySchema: [{ AttributeName: 'tattoo', KeyType: 'HASH' }],
      }),
    );
    await body();
    await client.send(new DeleteTableCommand({ TableName }));
  } finally {
    client.destroy();
  }
}

async function addPrime(endpoint: string, TableName: string): Promise<void> {
  const client = new DynamoDBClient(clientSettings(endpoint, ROOT_KEY));
  const Item = { tattoo: { N: '2' }, weight: { N: PRIME_WEIGHT } };
  await client.send(new PutItemCommand({ TableName, Item })).finally(() => client.destroy());
}

async function countSheep(url: string): Promise<number> {
  const answer = await fetch(`${url}/dog`, { signal: AbortSignal.timeout(35_000) });
  const { count } = (await answer.json()) as { count?: number };
  if (answer.status !== 200 || count === undefined) throw new Error(`the dog answers ${answer.status}`);
  return count;
}

async function expectVersion(url: string, version: string | null): Promise<void> {
  const answer = await fetch(`${url}/cat?m=1&n=1`, { signal: AbortSignal.timeout(35_000) });
  await answer.arrayBuffer();
  const found = answer.headers.get('x-version');
  if (answer.status !== 200 || found !== version) {
    throw new Error(`the cat answers ${answer.status} with x-version ${found}; expected ${version}`);
  }
}

function expectText(output: string, pattern: RegExp): void {
  if (!pattern.test(output)) throw new Error(`expected ${pattern} in:\n${output.slice(-2000)}`);
}

function onlyEmulatorFaults(output: string): boolean {
  const failed = [...output.matchAll(/^FAILED\s+(.+)$/gm)].map(([, name = '']) => name);
  return failed.length > 0 && failed.every((name) => EMULATOR_FAULTS.includes(name));
}
