import {
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** One statement of a policy, as far as it is changed here. */
export interface Statement {
  readonly Effect: string;
  readonly Resource: unknown;
  readonly Action: string | readonly string[];
  /** By operator, then by condition key. */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The policy of the role of one function. */
export interface RolePolicy {
  readonly statements: readonly Statement[];
  /** ARN of the permissions boundary of the role. */
  readonly boundary: string | undefined;
  /** Does something while other statements stand in the policy. */
  during<T>(statements: readonly Statement[], body: () => Promise<T>): Promise<T>;
}

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
  const whole = decodeURIComponent(PolicyDocument);
  const { Statement: statements, ...rest } = JSON.parse(whole) as { Statement: Statement[] };
  const put = (document: string) =>
    clients.iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: document }));
  return {
    statements,
    boundary: role?.PermissionsBoundary?.PermissionsBoundaryArn,
    async during(others, body) {
      await put(JSON.stringify({ ...rest, Statement: others }));
      return body().finally(() => put(whole));
    },
  };
}
