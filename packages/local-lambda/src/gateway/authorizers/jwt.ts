import { verify } from 'node:crypto';
import type { JwtAuthorization } from '../../deployment-package/authorizers.ts';
import type { FindKey } from './jwks.ts';

/** What a token says of its bearer. */
export interface Claims {
  readonly [name: string]: unknown;
}

/** A token that was checked: its claims, or what is wrong with it in the words of OAuth. */
export type TokenCheck =
  | { readonly kind: 'valid'; readonly claims: Claims; readonly scopes: readonly string[] }
  | {
      readonly kind: 'invalid';
      readonly error: 'invalid_token' | 'insufficient_scope';
      readonly description: string;
    };

/** Only algorithms on RSA, as API Gateway has it. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  RS256: 'RSA-SHA256',
  RS384: 'RSA-SHA384',
  RS512: 'RSA-SHA512',
};

/**
 * Checks a JSON Web Token as API Gateway does: signature, `iss`, `aud` or `client_id`, `exp`, `nbf`, `iat`, scopes.
 * @param keyOf finds the key of one of the issuers.
 * @param nowMs milliseconds since the epoch.
 * @throws Error when the issuer's keys cannot be read.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export async function checkToken(
  token: string,
  { issuers, audiences, scopes: wanted }: JwtAuthorization,
  keyOf: (issuer: string) => FindKey,
  nowMs: number,
): Promise<TokenCheck> {
  const [head = '', body = '', signature = '', ...rest] = token.split('.');
  const header = parsePart(head);
  const claims = parsePart(body);
  if (header === undefined || claims === undefined || rest.length > 0)
    return invalid('the token is malformed');
  const issuer = issuers.find((one) => one.replace(/\/$/, '') === String(claims['iss']).replace(/\/$/, ''));
  if (issuer === undefined) return invalid('the issuer is not valid');
  const algorithm = ALGORITHMS[String(header['alg'])];
  if (algorithm === undefined) return invalid('signing method is invalid');
  const key = await keyOf(issuer)(String(header['kid']));
  if (key === undefined) return invalid('unable to find a signing key that matches the token');
  if (!verify(algorithm, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) {
    return invalid('the signature of the token is invalid');
  }
  const now = nowMs / 1000;
  const { exp, nbf, iat, aud = claims['client_id'] } = claims;
  if (typeof exp !== 'number' || exp <= now) return invalid('the token has expired');
  if (typeof nbf === 'number' && nbf > now) return invalid('the token is not valid yet');
  if (typeof iat === 'number' && iat > now) return invalid('the token was issued in the future');
  if (audiences.length > 0 && ![aud].flat().some((one) => audiences.includes(String(one)))) {
    return invalid('the token does not have a valid audience');
  }
  const scopes = scopesOf(claims);
  if (wanted.length > 0 && !scopes.some((scope) => wanted.includes(scope))) {
    return { kind: 'invalid', error: 'insufficient_scope', description: 'the token has none of the scopes' };
  }
  return { kind: 'valid', claims, scopes };
}

/** Claims as an event carries them: texts, lists in brackets. */
export function claimTexts(claims: Claims): Record<string, string> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => {
      if (Array.isArray(value)) return [name, `[${value.join(' ')}]`];
      return [name, typeof value === 'object' ? JSON.stringify(value) : String(value)];
    }),
  );
}

function scopesOf({ scope, scp = scope }: Claims): readonly string[] {
  return Array.isArray(scp) ? scp.map(String) : typeof scp === 'string' ? scp.split(' ') : [];
}

function parsePart(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

function invalid(description: string): TokenCheck {
  return { kind: 'invalid', error: 'invalid_token', description };
}
