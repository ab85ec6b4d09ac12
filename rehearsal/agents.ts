/** The rehearsal of the load agents: the commands of docs/load.md that deploy and remove them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { clientSettings, ROOT_KEY } from './account.ts';
import { childEnvironment, REGION } from './emulator.ts';
import { COMMAND_LIMIT_MS, expectText, STAGE, type StackRehearsal } from './serverless-cli.ts';

const FUNCTION = `sheep-shed-${STAGE}-load-agent`;
const RESERVED = 7;
const TEMPLATE = 'bench/agents/.serverless/cloudformation-template-update-stack.json';
const MAY = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/** Deploys the agents as an administrator does, looks at what bounds them, and removes them. */
export async function rehearseAgents({ root, endpoint, run, step }: StackRehearsal): Promise<void> {
  const npm = (script: string, ...args: string[]) =>
    run('npm', ['run', script, '--', '--region', REGION, '--stage', STAGE, ...args], {
      cwd: root,
      env: childEnvironment(endpoint, ROOT_KEY),
      limitMs: COMMAND_LIMIT_MS,
    });
  await step('agents: deploy', async () => {
    await npm('deploy:agents', `--param=agents=${RESERVED}`);
    // The emulator does not keep what a template reserves.
    const template = await readFile(join(root, TEMPLATE), 'utf8');
    expectText(template, new RegExp(`"ReservedConcurrentExecutions": ${RESERVED}\\b`));
    return proveBounds(endpoint);
  });
  await step('agents: remove', async () => {
    await npm('remove:agents');
    return 'done';
  });
}

/** @throws Error naming what of the function or its role is not as docs/load.md says. */
async function proveBounds(endpoint: string): Promise<string> {
  const lambda = new LambdaClient(clientSettings(endpoint, ROOT_KEY));
  const iam = new IAMClient(clientSettings(endpoint, ROOT_KEY));
  try {
    const { MemorySize, Role = '' } = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: FUNCTION }),
    );
    if (MemorySize !== 1769) throw new Error(`${FUNCTION}: memory must be 1769 MB, is ${MemorySize}`);
    const RoleName = Role.slice(Role.lastIndexOf('/') + 1);
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const policies = await Promise.all(
      PolicyNames.map((PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))),
    );
    const actions = policies.flatMap(({ PolicyDocument = '' }) => {
      const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument)) as {
        readonly Statement: readonly { readonly Action: readonly string[] }[];
      };
      return Statement.flatMap(({ Action }) => Action);
    });
    if (actions.sort().join() !== MAY.join()) {
      throw new Error(`${RoleName}: may ${actions.join(', ')}; allowed are ${MAY.join(', ')}`);
    }
    return `${MemorySize} MB, at most ${RESERVED} at once, may log and nothing else`;
  } finally {
    lambda.destroy();
    iam.destroy();
  }
}
