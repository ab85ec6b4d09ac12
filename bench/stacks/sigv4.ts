import { createHash, createHmac } from 'node:crypto';

/** Keys of somebody with the right `execute-api:Invoke`. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

/** What a signer needs to know once. */
export interface IamSignerSettings {
  /** Region of the API, such as `eu-west-3`. */
  readonly region: string;
  readonly credentials: SigningCredentials;
  /** Name by which AWS knows the service; an API of API Gateway is `execute-api`. */
  readonly service?: string;
  /** Milliseconds since the epoch; AWS refuses a signature more than five minutes off. */
  readonly now: () => number;
}

/** One request as it will be sent. */
export interface SignableRequest {
  readonly method: string;
  /** The whole URL; its path and query must be sent as `new URL(url)` writes them. */
  readonly url: string;
  readonly body?: string | Uint8Array;
}

/** Makes the headers that a request needs besides its own. */
export type IamSigner = (request: SignableRequest) => Readonly<Record<string, string>>;

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Makes a signer of requests by AWS Signature Version 4; it signs the host, the date, the token and the body.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * The signer throws TypeError for what is no URL, and for a bare `+` in a query, which clients read in two ways.
 */
export function iamSigner({
  region,
  credentials,
  service = 'execute-api',
  now,
}: IamSignerSettings): IamSigner {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  let day = '';
  let key: Buffer = Buffer.alloc(0);
  return ({ method, url, body = '' }) => {
    const target = new URL(url);
    const time = new Date(now()).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
    if (!time.startsWith(day) || day === '') {
      day = time.slice(0, 8);
      const steps = [day, region, service, 'aws4_request'];
      key = steps.reduce<Buffer>((secret, step) => hmac(secret, step), Buffer.from(`AWS4${secretAccessKey}`));
    }
    const added = {
      'x-amz-date': time,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    };
    // In the order of their names, as the protocol wants them.
    const signed = Object.entries({ host: target.host, ...added });
    const names = signed.map(([name]) => name).join(';');
    const canonical = [
      method.toUpperCase(),
      canonicalPath(target.pathname),
      canonicalQuery(target.search.slice(1)),
      ...signed.map(([name, value]) => `${name}:${value}`),
      '',
      names,
      sha256(body),
    ].join('\n');
    const signature = hmac(key, [ALGORITHM, time, scope, sha256(canonical)].join('\n')).toString('hex');
    const authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return { ...added, authorization };
  };
}

/** The path escaped once more, without empty segments: every service but S3 reads it so. */
function canonicalPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.map(percentEncode).join('/')}${end}`;
}

/** The parameters in the order of their escaped names, then values. */
function canonicalQuery(query: string): string {
  if (query.includes('+')) throw new TypeError('a + in a query must be written as %20 or %2B to be signed');
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.includes('=') ? pair.indexOf('=') : pair.length;
      const [name = '', value = ''] = [pair.slice(0, at), pair.slice(at + 1)];
      return [percentEncode(decodeURIComponent(name)), percentEncode(decodeURIComponent(value))] as const;
    });
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  pairs.sort(([a, x], [b, y]) => order(a, b) || order(x, y));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** Percent-encoding of RFC 3986, stricter than `encodeURIComponent`. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
