/** The policies of deployer and measurer and the boundary of the functions' roles, as an administrator would attach them. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { STACK_NAMES } from '../../bench/stacks/catalogue.ts';
import { ofType, packageOf, ROOT, type Template, templateIn } from './packages.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

const statementsOf = async (name: string): Promise<readonly Statement[]> =>
  (JSON.parse(await readFile(join(ROOT, 'docs', name), 'utf8')) as { Statement: Statement[] }).Statement;
const POLICIES = ['deployer-policy.json', 'measurer-policy.json', 'function-boundary.json'];
const actionsOf = (statements: readonly Statement[]) => statements.flatMap(({ Action }) => Action);

describe('the policies of docs', () => {
  let templates: Template[];

  before(async () => {
    templates = [];
    for (const stack of STACK_NAMES) templates.push(await templateIn(await packageOf(stack)));
  });

  it('allow no action by a wildcard, and every resource only where AWS knows no other', async () => {
    for (const name of POLICIES) {
      for (const { Sid, Effect, Action, Resource } of await statementsOf(name)) {
        assert.equal(Effect, 'Allow');
        assert.ok(![Action].flat().some((action) => action.includes('*')), Sid);
        if ([Resource].flat().includes('*')) assert.equal(Sid, 'WhereAwsAllowsNoResource');
      }
    }
  });

  it('are short enough for a managed policy', async () => {
    for (const name of POLICIES) {
      const text = await readFile(join(ROOT, 'docs', name), 'utf8');
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: white space is not counted.
      assert.ok(text.replace(/\s/g, '').length <= 6144, name);
    }
  });

  it('let the deployer make and change roles within the boundary alone, and never take it off', async () => {
    const policy = await statementsOf('deployer-policy.json');
    const bounded = [
      'iam:CreateRole',
      'iam:DeleteRolePolicy',
      'iam:PutRolePermissionsBoundary',
      'iam:PutRolePolicy',
    ];
    const statements = policy.filter(({ Action }) => [Action].flat().some((one) => bounded.includes(one)));
    assert.equal(statements.length, 1);
    assert.deepEqual(statements[0]?.Action, bounded);
    assert.deepEqual(statements[0]?.Condition, {
      StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::123456789012:policy/sheep-shed-boundary' },
    });
    for (const action of actionsOf(policy)) {
      assert.doesNotMatch(
        action,
        /^iam:(Attach|CreatePolicy|DeleteRolePermissionsBoundary|UpdateAssumeRole)/,
      );
    }
  });

  it('bound functions at just the actions that their roles allow', async () => {
    const boundary = new Set(actionsOf(await statementsOf('function-boundary.json')));
    for (const template of templates) {
      const roles = ofType(template, 'AWS::IAM::Role').flatMap(([, { Properties }]) => Properties.Policies);
      const used = roles.flatMap(({ PolicyDocument }) => actionsOf(PolicyDocument.Statement));
      assert.deepEqual([...new Set(used)].sort(), [...boundary].sort());
    }
  });
});
