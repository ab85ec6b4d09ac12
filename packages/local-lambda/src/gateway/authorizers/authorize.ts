import type { Hold } from '../../debugging/hold.ts';
import type { JwtAuthorization } from '../../deployment-package/authorizers.ts';
import type { InvocationOutcome } from '../../environments/invocation.ts';
import { LOCAL_CREDENTIALS } from '../../runtimes/variables.ts';
import { createTellOnce } from '../../tell-once.ts';
import type { GatewayAnswer } from '../answer.ts';
import type { GatewayRequest } from '../gateway-request.ts';
import { headerOf, identityOf } from './identity.ts';
import { type FindKey, jwksReader } from './jwks.ts';
import { checkToken, claimTexts } from './jwt.ts';
import { createAskAuthorizer } from './lambda-authorizer.ts';
import { REFUSALS } from './refusals.ts';
import { type SignatureProblem, signatureProblem } from './signature.ts';

/** What an event says of a caller that was let through. */
export interface Caller {
  /** `requestContext.authorizer`; undefined: the event has none. */
  readonly authorizer: Readonly<Record<string, unknown>> | undefined;
  /** What `requestContext.identity` of format 1.0 has of it. */
  readonly identity: Readonly<Record<string, string>>;
}

/** What authorizing needs of the host. */
export interface AuthorizeOptions {
  readonly region: string;
  readonly invoke: (functionName: string, payload: Buffer, traceId: string) => Promise<InvocationOutcome>;
  /** Where the keys of a JWT authorizer are (a file or URL), by its logical id. */
  readonly jwks: Readonly<Record<string, string>>;
  /** What holds the time-outs of a function; undefined: nothing does. */
  readonly holdOf: (functionName: string) => Hold | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onNotice: (message: string) => void;
}

/** Lets a request pass as its route demands, or refuses it; never rejects. */
export type Authorize = (request: GatewayRequest) => Promise<Caller | GatewayAnswer>;

const SIGNATURE_REFUSALS = {
  missing: 'missingSignature',
  'unknown-key': 'unknownKey',
  expired: 'expiredSignature',
  wrong: 'wrongSignature',
} as const satisfies Record<SignatureProblem, keyof (typeof REFUSALS)['rest']>;

/** Makes what stands between the routes of an API and their callers. */
export function createAuthorize(options: AuthorizeOptions): Authorize {
  const { now, onNotice } = options;
  const askAuthorizer = createAskAuthorizer(options);
  const keys = new Map<string, FindKey>();
  const tellOnce = createTellOnce(onNotice);

  return async (request) => {
    const caller = await authorized(request);
    if ('status' in caller || request.match.route.apiKeyRequired !== true) return caller;
    const given = headerOf(request, 'x-api-key');
    const key = request.api.apiKeys.find(({ value }) => value === given);
    if (key === undefined) return REFUSALS[request.api.kind].noApiKey;
    return { ...caller, identity: { ...caller.identity, apiKey: key.value, apiKeyId: key.id } };
  };

  async function authorized(request: GatewayRequest): Promise<Caller | GatewayAnswer> {
    const { authorization } = request.match.route;
    switch (authorization?.kind) {
      case undefined:
        return { authorizer: undefined, identity: {} };
      case 'iam':
        return signedBy(request);
      case 'jwt':
        return bearer(authorization, request);
      case 'lambda': {
        const started = now();
        const found = await askAuthorizer(authorization, request, arnOf(request, options.region));
        if ('status' in found) return found;
        const { principalId, context } = found;
        if (request.match.route.payloadFormat === '2.0') {
          return { authorizer: { lambda: Object.keys(context).length === 0 ? null : context }, identity: {} };
        }
        const texts = Object.entries(context).map(([name, value]) => [
          name,
          // A REST API makes texts of all.
          request.api.kind === 'rest' ? String(value) : value,
        ]);
        const integrationLatency = now() - started;
        return {
          authorizer: {
            ...Object.fromEntries(texts),
            ...(principalId !== undefined && { principalId }),
            integrationLatency,
          },
          identity: {},
        };
      }
    }
  }

  function signedBy(request: GatewayRequest): Caller | GatewayAnswer {
    const problem = signatureProblem(request, now());
    if (problem !== undefined) return REFUSALS[request.api.kind][SIGNATURE_REFUSALS[problem]];
    const { accessKeyId: accessKey } = LOCAL_CREDENTIALS;
    const { accountId } = request;
    const userArn = `arn:aws:iam::${accountId}:user/${accessKey}`;
    const iam = { accessKey, accountId, callerId: accessKey, cognitoIdentity: null, principalOrgId: null };
    return {
      authorizer:
        request.match.route.payloadFormat === '2.0'
          ? { iam: { ...iam, userArn, userId: accessKey } }
          : undefined,
      identity: { accessKey, accountId, caller: accessKey, user: accessKey, userArn },
    };
  }

  async function bearer(
    authorization: JwtAuthorization,
    request: GatewayRequest,
  ): Promise<Caller | GatewayAnswer> {
    const refusals = REFUSALS[request.api.kind];
    const [value] = identityOf([authorization.identitySource], request) ?? [];
    if (value === undefined) return challenge(refusals.unauthorized, 'Bearer');
    const check = await checkToken(
      value.replace(/^Bearer\s+/i, ''),
      authorization,
      (issuer) => keysOf(issuer, authorization.id),
      now(),
    ).catch((error: Error) => {
      const { id } = authorization;
      const notice = `${id}: its keys cannot be read (${error.message}); give --jwks ${id}=FILE|URL`;
      tellOnce(notice);
      return { kind: 'invalid', error: 'invalid_token', description: 'the keys cannot be read' } as const;
    });
    if (check.kind === 'invalid') {
      const refusal = check.error === 'insufficient_scope' ? refusals.notAllowed : refusals.unauthorized;
      const scope = authorization.scopes.join(' ');
      return challenge(
        refusal,
        `Bearer scope="${scope}" error="${check.error}" error_description="${check.description}"`,
      );
    }
    const claims = claimTexts(check.claims);
    const scopes = check.scopes.length === 0 ? null : check.scopes;
    if (request.api.kind === 'rest') return { authorizer: { claims }, identity: {} };
    const jwt = { claims, scopes };
    return {
      authorizer: request.match.route.payloadFormat === '2.0' ? { jwt } : jwt,
      identity: {},
    };
  }

  function keysOf(issuer: string, id: string): FindKey {
    const place = `${id} ${issuer}`;
    const known = keys.get(place) ?? jwksReader(issuer, options.jwks[id], now);
    keys.set(place, known);
    return known;
  }
}

function challenge(refusal: GatewayAnswer, value: string): GatewayAnswer {
  return { ...refusal, headers: [...refusal.headers, 'www-authenticate', value] };
}

function arnOf({ accountId, api, stage, method, match }: GatewayRequest, region: string): string {
  return `arn:aws:execute-api:${region}:${accountId}:${api.id}/${stage.name}/${method}${match.path}`;
}
