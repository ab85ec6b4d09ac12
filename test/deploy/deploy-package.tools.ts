/** The script of the deploying job, with a stand-in for the AWS CLI; it needs bash and jq. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from './packages.ts';

/** All that the script may start. */
const PROGRAMS = ['bash', 'basename', 'dirname', 'jq'];
const CLI = `#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in
  *describe-stack-resource*) echo bucket ;;
  *describe-stacks*--query*) echo outputs ;;
  *describe-stacks*) echo "$ANSWER" >&2; [ "$ANSWER" = found ] ;;
esac
`;
const KEY = 'serverless/sheep-shed-ts/dev/1-2/getCat.zip';
const TEMPLATE = {
  Parameters: { Boundary: { Default: 'bound' }, BudgetEmail: { Default: 'none' } },
  Resources: { Cat: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: KEY } } } },
};
const STATE = { service: { provider: { stackTags: { project: 'sheep-shed', stage: 'dev' } } } };

async function deploy(t: TestContext, answer: string): Promise<{ calls: string[]; failed: boolean }> {
  const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-deploy-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const write = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o755 });
  await write('aws', CLI);
  for (const name of PROGRAMS) {
    const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    await symlink(path, join(folder, name));
  }
  await write('cloudformation-template-update-stack.json', JSON.stringify(TEMPLATE));
  await write('serverless-state.json', JSON.stringify(STATE));
  await write('calls', '');
  const env = { PATH: folder, CALLS: join(folder, 'calls'), ANSWER: answer };
  const script = join(ROOT, 'deploy/deploy-package.sh');
  const run = promisify(execFile)(join(folder, 'bash'), [script, folder, 'sheep-shed-ts-dev'], {
    env,
    timeout: 20_000,
  });
  const failed = await run.then(
    () => false,
    () => true,
  );
  const text = await readFile(join(folder, 'calls'), 'utf8');
  return { calls: text.trim().replaceAll(folder, '.').split('\n'), failed };
}

const APPLY =
  'cloudformation deploy --stack-name sheep-shed-ts-dev --no-fail-on-empty-changeset ' +
  '--capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM --tags project=sheep-shed stage=dev';
const DIRECTORY = 'serverless/sheep-shed-ts/dev/1-2';
const LOOK = 'cloudformation describe-stacks --stack-name sheep-shed-ts-dev';
const REST = [
  'cloudformation describe-stack-resource --stack-name sheep-shed-ts-dev --logical-resource-id ServerlessDeploymentBucket --query StackResourceDetail.PhysicalResourceId --output text',
  `s3 cp --only-show-errors ./getCat.zip s3://bucket/${KEY}`,
  `s3 cp --only-show-errors ./cloudformation-template-update-stack.json s3://bucket/${DIRECTORY}/compiled-cloudformation-template.json`,
  `s3 cp --only-show-errors ./serverless-state.json s3://bucket/${DIRECTORY}/serverless-state.json`,
  `${APPLY} --template-file ./cloudformation-template-update-stack.json --s3-bucket bucket --s3-prefix ${DIRECTORY} --parameter-overrides Boundary=bound BudgetEmail=none`,
  `${LOOK} --query Stacks[0].Outputs --output table`,
];

test('a stack that exists is changed, and never made anew', async (t) => {
  assert.deepEqual(await deploy(t, 'found'), { calls: [LOOK, ...REST], failed: false });
});

test('a new stack begins with its bucket', async (t) => {
  const first = `${APPLY} --template-file ./cloudformation-template-create-stack.json`;
  const { calls, failed } = await deploy(t, 'Stack with id sheep-shed-ts-dev does not exist');
  assert.deepEqual({ calls, failed }, { calls: [LOOK, first, ...REST], failed: false });
});

test('another answer of AWS ends it, before anything is changed', async (t) => {
  assert.deepEqual(await deploy(t, 'AccessDenied'), { calls: [LOOK], failed: true });
});
