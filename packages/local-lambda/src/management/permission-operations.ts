import { functionArn } from './definition.ts';
import { QUALIFIER, REVISION, required } from './function-operations.ts';
import { invalid, ManagementError } from './management-error.ts';
import { type Operation, operation } from './operation.ts';
import { checkRevision, existing, namedFunction, notFound, type Platform, versionOf } from './platform.ts';
import { flag, type Given, oneOf, text } from './readers.ts';
import type { FunctionRecord, PolicyRecord, PolicyStatement } from './records.ts';

const POLICY = '/2015-03-31/functions/{FunctionName}/policy';
/** Of a whole policy, in bytes: Lambda's own limit. */
const MAX_BYTES = 20_480;
const NO_POLICY = 'The resource you requested does not exist.';

const PERMISSION = {
  ...REVISION,
  StatementId: text(/^[\w-]{1,100}$/, '1 to 100 letters, digits, - or _'),
  Action: text(/^(?:lambda:\*|lambda:[a-zA-Z]{1,100}|\*)$/, 'an action such as lambda:InvokeFunction'),
  Principal: text(/^[^\s]{1,2048}$/, 'a service, an account, an ARN or *'),
  SourceArn: text(/^arn:aws[\w-]*:[\w-]+:[\w-]*:(?:\d{12})?:\S{0,2048}$/, 'an ARN of AWS'),
  SourceAccount: text(/^\d{12}$/, 'an account of 12 digits'),
  EventSourceToken: text(/^[\w.-]{1,256}$/, 'up to 256 letters, digits, or any of . _ -'),
  FunctionUrlAuthType: oneOf('NONE', 'AWS_IAM'),
  InvokedViaFunctionUrl: flag,
  PrincipalOrgID: text(/^o-[a-z0-9]{10,32}$/, 'an organization such as o-a1b2c3d4e5'),
};

/** Policies of functions: kept and given back, they decide nothing here. */
export const PERMISSION_OPERATIONS: readonly Operation[] = [
  operation({
    name: 'AddPermission',
    method: 'POST',
    path: POLICY,
    status: 201,
    query: QUALIFIER,
    body: PERMISSION,
    run: ({ platform, path, query, body }) => {
      const { name, qualifier } = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      const sid = required(body.StatementId, 'StatementId');
      if (qualifier === '$LATEST') {
        throw invalid('Qualifier: Lambda has no policies for $LATEST; leave it out');
      }
      return platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        versionOf(platform, record, qualifier);
        const policy = policyOf(record, qualifier);
        checkRevision(body.RevisionId, policy?.revisionId ?? 'none', 'GetPolicy');
        const statements = policy?.statements ?? [];
        if (statements.some(({ Sid }) => Sid === sid)) {
          throw new ManagementError(
            'ResourceConflictException',
            `The statement id (${sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
          );
        }
        const resource = functionArn(platform.place, name) + (qualifier === undefined ? '' : `:${qualifier}`);
        const statement = statementOf(body, resource);
        const changed = withStatements(platform, record, qualifier, [...statements, statement]);
        return { record: changed, answer: { Statement: JSON.stringify(statement) } };
      });
    },
  }),
  operation({
    name: 'GetPolicy',
    method: 'GET',
    path: POLICY,
    status: 200,
    query: QUALIFIER,
    run: ({ platform, path, query }) => {
      const { name, qualifier } = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      if (!platform.hosted.has(name)) notFound(platform, name, qualifier);
      const record = platform.functions.all.get(name);
      const policy = record && policyOf(record, qualifier);
      if (policy === undefined) throw new ManagementError('ResourceNotFoundException', NO_POLICY);
      return { Policy: documentOf(policy.statements), RevisionId: policy.revisionId };
    },
  }),
  operation({
    name: 'RemovePermission',
    method: 'DELETE',
    path: `${POLICY}/{StatementId}`,
    status: 204,
    query: { ...QUALIFIER, ...REVISION },
    run: async ({ platform, path, query }) => {
      const { name, qualifier } = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      const sid = path['StatementId'] ?? '';
      await platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        const { statements, revisionId } = policyOf(record, qualifier) ?? { statements: [], revisionId: '' };
        const rest = statements.filter(({ Sid }) => Sid !== sid);
        if (rest.length === statements.length) {
          throw new ManagementError(
            'ResourceNotFoundException',
            `Statement ${sid} is not found in resource policy.`,
          );
        }
        checkRevision(query.RevisionId, revisionId, 'GetPolicy');
        return { record: withStatements(platform, record, qualifier, rest), answer: undefined };
      });
      return undefined;
    },
  }),
];

function policyOf(
  { policies = {} }: FunctionRecord,
  qualifier: string | undefined = '$LATEST',
): PolicyRecord | undefined {
  return Object.hasOwn(policies, qualifier) ? policies[qualifier] : undefined;
}

function withStatements(
  platform: Platform,
  record: FunctionRecord,
  qualifier: string | undefined = '$LATEST',
  statements: readonly PolicyStatement[],
): FunctionRecord {
  const { [qualifier]: _before, ...others } = record.policies ?? {};
  if (statements.length === 0) return { ...record, policies: others };
  const bytes = Buffer.byteLength(documentOf(statements));
  if (bytes > MAX_BYTES) {
    throw new ManagementError(
      'PolicyLengthExceededException',
      `The final policy size (${bytes}) is bigger than the limit (${MAX_BYTES}).`,
    );
  }
  return {
    ...record,
    policies: { ...others, [qualifier]: { statements, revisionId: platform.newId() } },
  };
}

function documentOf(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements });
}

/** As Lambda writes a permission into a policy. */
function statementOf(given: Given<typeof PERMISSION>, resource: string): PolicyStatement {
  const { SourceAccount, SourceArn, EventSourceToken, FunctionUrlAuthType, PrincipalOrgID } = given;
  const equals = {
    ...(SourceAccount !== undefined && { 'AWS:SourceAccount': SourceAccount }),
    ...(EventSourceToken !== undefined && { 'lambda:EventSourceToken': EventSourceToken }),
    ...(FunctionUrlAuthType !== undefined && { 'lambda:FunctionUrlAuthType': FunctionUrlAuthType }),
    ...(PrincipalOrgID !== undefined && { 'aws:PrincipalOrgID': PrincipalOrgID }),
  };
  const condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(given.InvokedViaFunctionUrl !== undefined && {
      Bool: { 'lambda:InvokedViaFunctionUrl': String(given.InvokedViaFunctionUrl) },
    }),
    ...(SourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': SourceArn } }),
  };
  return {
    Sid: required(given.StatementId, 'StatementId'),
    Effect: 'Allow',
    Principal: principalOf(required(given.Principal, 'Principal')),
    Action: required(given.Action, 'Action'),
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function principalOf(given: string): PolicyStatement['Principal'] {
  if (given === '*') return '*';
  if (/^\d{12}$/.test(given)) return { AWS: `arn:aws:iam::${given}:root` };
  return given.startsWith('arn:') ? { AWS: given } : { Service: given };
}
