import type { LambdaAuthorization } from '../deployment-package/authorizers.ts';
import { evaluatePolicy } from '../gateway/authorizers/policy.ts';
import { queryParameters } from '../gateway/gateway-request.ts';
import { authorizerEvent, type ConnectionInfo, type EventDetails, headersOf } from './events.ts';

/** Asks a function; undefined when it failed. */
export type Ask = (functionName: string, event: object) => Promise<unknown>;

/** What an authorizer says of a client: who it is, or the status that refuses it. */
export type Verdict =
  | { readonly authorizer: Readonly<Record<string, unknown>> }
  | { readonly status: 401 | 403 | 500 };

/**
 * Asks a Lambda authorizer whether a client may connect. Its answer holds as long as the connection.
 * @param arn of the stage's `$connect`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export async function authorizeConnect(
  { functionName, identitySources }: LambdaAuthorization,
  info: ConnectionInfo,
  details: EventDetails,
  arn: string,
  ask: Ask,
): Promise<Verdict> {
  if (!identitySources.every((source) => isThere(source, info))) return { status: 401 };
  const answer = await ask(functionName, authorizerEvent(info, details, arn));
  if (answer === undefined) return { status: 500 };
  const { policyDocument, principalId, context, errorMessage } = Object(answer) as Record<string, unknown>;
  if (errorMessage === 'Unauthorized') return { status: 401 };
  if (policyDocument === undefined) return { status: 500 };
  if (evaluatePolicy(policyDocument, arn) !== 'allow') return { status: 403 };
  return { authorizer: { principalId, ...Object(context) } };
}

/** Such as `route.request.header.Auth` and `route.request.querystring.token`. */
function isThere(source: string, info: ConnectionInfo): boolean {
  const [, place, name = ''] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (place === 'querystring')
    return queryParameters(info.rawQuery).some(([key, value]) => key === name && value !== '');
  if (place === 'header') {
    return headersOf(info).some(([key, value]) => key.toLowerCase() === name.toLowerCase() && value !== '');
  }
  return Object.hasOwn(info.stage.variables ?? {}, source.replace(/^stageVariables\./, ''));
}
