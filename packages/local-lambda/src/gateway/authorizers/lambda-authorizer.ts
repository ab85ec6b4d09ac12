import type { LambdaAuthorization } from '../../deployment-package/authorizers.ts';
import type { InvocationOutcome } from '../../environments/invocation.ts';
import type { GatewayAnswer } from '../answer.ts';
import { answerWithin } from '../answer-within.ts';
import type { GatewayRequest } from '../gateway-request.ts';
import { payloadV1 } from '../payload-v1.ts';
import { payloadV2 } from '../payload-v2.ts';
import type { AuthorizeOptions } from './authorize.ts';
import { identityOf } from './identity.ts';
import { evaluatePolicy } from './policy.ts';
import { REFUSALS, type Refusals } from './refusals.ts';

/** What a function said that was asked: its answer as parsed JSON, or that the caller is nobody, or a failure. */
type Verdict =
  | { readonly kind: 'answer'; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unauthorized' | 'failed' };

/** A caller that was let through, as the function said it. */
export interface LambdaIdentity {
  readonly principalId: string | undefined;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Asks a function whether a request may pass; resolves with the refusal if it may not. */
export type AskAuthorizer = (
  authorization: LambdaAuthorization,
  request: GatewayRequest,
  arn: string,
) => Promise<LambdaIdentity | GatewayAnswer>;

const TIMEOUT_MS = 29_000;
const MAX_RESULTS = 1_000;

/**
 * Makes what asks Lambda authorizers; their results are kept for as long as the template says, by identity source.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function createAskAuthorizer({
  invoke,
  holdOf,
  now,
}: Pick<AuthorizeOptions, 'invoke' | 'holdOf' | 'now'>): AskAuthorizer {
  const results = new Map<string, { readonly verdict: Verdict; readonly until: number }>();

  return async (authorization, request, arn) => {
    const refusals = REFUSALS[request.api.kind];
    const identity = identityOf(authorization.identitySources, request);
    if (identity === undefined || authorization.tokenPattern?.test(identity[0] ?? '') === false) {
      return refusals.unauthorized;
    }
    const verdict = await verdictOf(authorization, request, arn, identity);
    if (verdict.kind !== 'answer') return refusals[verdict.kind];
    return decide(verdict.answer, authorization.simpleResponses, arn, refusals);
  };

  async function verdictOf(
    authorization: LambdaAuthorization,
    request: GatewayRequest,
    arn: string,
    identity: readonly string[],
  ): Promise<Verdict> {
    const { id, ttlSeconds, functionName } = authorization;
    const isKept = ttlSeconds > 0 && identity.length > 0;
    const key = JSON.stringify([id, request.stage.name, ...identity]);
    const kept = results.get(key);
    if (isKept && kept !== undefined && kept.until > now()) return kept.verdict;
    const payload = Buffer.from(JSON.stringify(eventOf(authorization, request, arn, identity)));
    const asked = invoke(functionName, payload, request.traceId);
    const verdict = read(await answerWithin(asked, TIMEOUT_MS, holdOf(functionName)));
    if (isKept && verdict.kind === 'answer') {
      results.delete(key);
      results.set(key, { verdict, until: now() + ttlSeconds * 1_000 });
      const oldest = results.size > MAX_RESULTS ? results.keys().next().value : undefined;
      if (oldest !== undefined) results.delete(oldest);
    }
    return verdict;
  }
}

function decide(
  { isAuthorized, policyDocument, principalId, context }: Readonly<Record<string, unknown>>,
  simpleResponses: boolean,
  arn: string,
  refusals: Refusals,
): LambdaIdentity | GatewayAnswer {
  const identified = {
    principalId: principalId === undefined ? undefined : String(principalId),
    context: Object(context) as Record<string, unknown>,
  };
  if (simpleResponses) {
    if (typeof isAuthorized !== 'boolean') return refusals.failed;
    return isAuthorized ? identified : refusals.denied;
  }
  if (policyDocument === undefined) return refusals.failed;
  const decision = evaluatePolicy(policyDocument, arn);
  if (decision === 'allow') return identified;
  return decision === 'deny' ? refusals.denied : refusals.notAllowed;
}

function eventOf(
  { type, format }: LambdaAuthorization,
  request: GatewayRequest,
  arn: string,
  identity: readonly string[],
): object {
  if (type === 'TOKEN') return { type, methodArn: arn, authorizationToken: identity[0] };
  if (format === '2.0') {
    const { body: _body, isBase64Encoded: _encoded, ...event } = payloadV2(request);
    return { ...event, type, routeArn: arn, identitySource: identity };
  }
  const { body: _body, isBase64Encoded: _encoded, ...event } = payloadV1(request);
  const token = identity.join(',');
  const own = request.api.kind === 'http' ? { identitySource: token, authorizationToken: token } : {};
  return { ...event, type, methodArn: arn, ...own };
}

/** A function that fails with the message `Unauthorized` says that the caller is nobody. */
function read(outcome: InvocationOutcome | undefined): Verdict {
  if (outcome === undefined || outcome.refusal !== undefined) return { kind: 'failed' };
  let answer: unknown;
  try {
    answer = JSON.parse(outcome.payload.toString('utf8'));
  } catch {
    return { kind: 'failed' };
  }
  if (typeof answer !== 'object' || answer === null) return { kind: 'failed' };
  if (outcome.errorType === undefined) return { kind: 'answer', answer: answer as Record<string, unknown> };
  const { errorMessage } = answer as { errorMessage?: unknown };
  return { kind: errorMessage === 'Unauthorized' ? 'unauthorized' : 'failed' };
}
