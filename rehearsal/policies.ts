/** The inline policies of roles and users: read, changed for a moment, loosened. */
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  type IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** One statement of a policy, as far as it is changed here. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Resource: unknown;
  readonly Action: string | readonly string[];
  /** By operator, then by condition key. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A policy that can be changed. */
export interface Policy {
  readonly statements: readonly Statement[];
  /** Does something while other statements stand in the policy. */
  during<T>(statements: readonly Statement[], body: () => Promise<T>): Promise<T>;
}

/** The policy of the role of one function. */
export interface RolePolicy extends Policy {
  /** ARN of the permissions boundary of the role. */
  readonly boundary: string | undefined;
}

/** Name of the policy that each user has. */
export const USER_POLICY = 'rights';

/**
 * Reads the policy of the role of a function.
 * @param name the last words of the function's name, which are the policy's name too.
 */
export async function rolePolicyOf(
  clients: { readonly lambda: LambdaClient; readonly iam: IAMClient },
  FunctionName: string,
  name: string,
): Promise<RolePolicy> {
  const { Role = '' } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const RoleName = Role.split('/').at(-1) ?? '';
  const policy = { RoleName, PolicyName: name };
  const { Role: role } = await clients.iam.send(new GetRoleCommand({ RoleName }));
  const { PolicyDocument = '' } = await clients.iam.send(new GetRolePolicyCommand(policy));
  return {
    ...changeable(PolicyDocument, (document) =>
      clients.iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: document })),
    ),
    boundary: role?.PermissionsBoundary?.PermissionsBoundaryArn,
  };
}

/** Reads a policy of a user. */
export async function userPolicyOf(
  iam: IAMClient,
  UserName: string,
  PolicyName = USER_POLICY,
): Promise<Policy> {
  const policy = { UserName, PolicyName };
  const { PolicyDocument = '' } = await iam.send(new GetUserPolicyCommand(policy));
  return changeable(PolicyDocument, (document) =>
    iam.send(new PutUserPolicyCommand({ ...policy, PolicyDocument: document })),
  );
}

function changeable(encoded: string, put: (document: string) => Promise<unknown>): Policy {
  const whole = decodeURIComponent(encoded);
  const { Statement: statements, ...rest } = JSON.parse(whole) as { Statement: Statement[] };
  return {
    statements,
    async during(others, body) {
      await put(JSON.stringify({ ...rest, Statement: others }));
      return body().finally(() => put(whole));
    },
  };
}

/** A policy that allows more than another one. */
export interface Loosened {
  /** What was taken out of which statement. */
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** The statements once without each of their conditions, and once for every resource instead of those of each of them. */
export function loosened(statements: readonly Statement[]): Loosened[] {
  return statements.flatMap((statement, at) => {
    const name = statement.Sid ?? [statement.Action].flat().join(', ');
    const changed = (part: string, change: Partial<Statement>) => ({
      name: `${name}, ${part}`,
      statements: statements.with(at, { ...statement, ...change }),
    });
    const without = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.keys(keys).map((key) => {
        const { [key]: _taken, ...others } = keys;
        return changed(key, { Condition: { ...statement.Condition, [operator]: others } });
      }),
    );
    return statement.Resource === '*' ? without : [...without, changed('its resources', { Resource: '*' })];
  });
}
