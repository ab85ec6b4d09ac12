import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { ROOT } from './packages.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
type Permissions = string | Readonly<Record<string, string>>;
interface Workflow {
  readonly permissions?: Permissions;
  readonly jobs: Readonly<
    Record<string, { readonly permissions?: Permissions; readonly steps: readonly Step[] }>
  >;
}

const FOLDER = join(ROOT, '.github/workflows');
const SCRIPT = 'deploy/deploy-package.sh';

/** What the job may use that takes the deployer's role. */
const ACTIONS = ['actions/checkout', 'actions/download-artifact', 'aws-actions/configure-aws-credentials'];
const COMMAND = /^deploy\/deploy-package\.sh out\/\w+ "sheep-shed-\w+-\$STAGE"$/;

const mayTakeRoles = (permissions: Permissions | undefined) =>
  permissions === undefined ||
  permissions === 'write-all' ||
  (typeof permissions === 'object' && permissions['id-token'] === 'write');

/** The steps, of jobs that may take a role of AWS, that may run the code of a dependency. */
function mixedSteps(workflow: Workflow): string[] {
  return Object.entries(workflow.jobs).flatMap(([name, { permissions = workflow.permissions, steps }]) =>
    steps
      .filter(({ uses, run }) => {
        const [action = ''] = uses?.split('@') ?? [];
        return mayTakeRoles(permissions) && !ACTIONS.includes(action) && !COMMAND.test(run?.trim() ?? '');
      })
      .map(({ uses, run }) => `${name}: ${uses ?? run}`),
  );
}

const read = (name: string): Workflow => parse(readFileSync(join(FOLDER, name), 'utf8'));

describe('the workflows', () => {
  it('keep what may take the role of the deployer apart from the code of dependencies', () => {
    for (const name of readdirSync(FOLDER)) assert.deepEqual(mixedSteps(read(name)), [], name);
    const { jobs } = read('deploy.yml');
    assert.deepEqual(
      Object.entries(jobs).map(([name, job]) => [name, mayTakeRoles(job.permissions)]),
      [
        ['package', false],
        ['deploy', true],
      ],
    );
  });

  it('would be told of a step, a role or a default that mixes them', () => {
    const workflow = read('deploy.yml');
    const { package: packaging, deploy } = workflow.jobs;
    assert.ok(packaging !== undefined && deploy !== undefined);
    const withStep = (step: Step): Workflow => ({
      ...workflow,
      jobs: { package: packaging, deploy: { ...deploy, steps: [...deploy.steps, step] } },
    });
    for (const run of ['npm ci', 'node out/a.js', `${SCRIPT} out/ts "sheep-shed-ts-$STAGE" && out/a`]) {
      assert.deepEqual(mixedSteps(withStep({ run })), [`deploy: ${run}`]);
    }
    assert.equal(mixedSteps(withStep({ uses: 'actions/setup-node@v6' })).length, 1);
    const role = { 'id-token': 'write' };
    const loose = [
      { ...workflow, jobs: { package: { ...packaging, permissions: role } } },
      { ...workflow, permissions: role, jobs: { package: { steps: packaging.steps } } },
      { jobs: { package: { steps: packaging.steps } } },
    ];
    for (const one of loose) assert.ok(mixedSteps(one).includes('package: npm ci'));
  });
});
