import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Finds an issuer's public key by its id; undefined when the issuer has none of it. */
export type FindKey = (kid: string) => Promise<KeyObject | undefined>;

const FETCH_LIMIT_MS = 5_000;
const MAX_BYTES = 1_000_000;
/** Keys are read anew after this time, and for a key id that is not known. */
const KEEP_MS = 300_000;
const RETRY_MS = 10_000;

/**
 * Makes the reader of an issuer's public keys (JWKS). They are read when the first token comes, and kept for five
 * minutes.
 * @param issuer its OpenID configuration says where the keys are, unless `source` does.
 * @param source a file, or a URL of the keys themselves.
 * @returns a function that throws an Error when the keys cannot be read.
 */
export function jwksReader(issuer: string, source: string | undefined, clock: () => number): FindKey {
  let keys: Promise<ReadonlyMap<string, KeyObject>> | undefined;
  let readAt = 0;
  const readAnew = (): Promise<ReadonlyMap<string, KeyObject>> => {
    readAt = clock();
    keys = readKeys(issuer, source);
    keys.catch(() => {
      keys = undefined;
    });
    return keys;
  };
  return async (kid) => {
    const isOld = keys === undefined || clock() - readAt > KEEP_MS;
    const found = (await (isOld ? readAnew() : keys))?.get(kid);
    return found ?? (clock() - readAt > RETRY_MS ? (await readAnew()).get(kid) : undefined);
  };
}

async function readKeys(issuer: string, source: string | undefined): Promise<ReadonlyMap<string, KeyObject>> {
  const document = (await readJwks(issuer, source)) as { keys?: unknown };
  const keys = Array.isArray(document?.keys) ? document.keys : [];
  return new Map(
    keys
      .filter((key): key is { kid: string } => typeof key?.kid === 'string' && key.kty === 'RSA')
      .map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]),
  );
}

async function readJwks(issuer: string, source: string | undefined): Promise<unknown> {
  if (source !== undefined) {
    return /^https?:\/\//.test(source) ? fetchJson(source) : JSON.parse(await readFile(source, 'utf8'));
  }
  const place = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { jwks_uri: uri } = (await fetchJson(place)) as { jwks_uri?: unknown };
  return fetchJson(String(uri));
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_LIMIT_MS) });
  const text = await response.text();
  if (!response.ok || text.length > MAX_BYTES) throw new Error(`${url} answers ${response.status}`);
  return JSON.parse(text);
}
