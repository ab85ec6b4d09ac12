import type { AwsCredentials } from '../aws/client-options.ts';

// An `import` reads all exports, lazy ones too, and so loads Web Crypto: 5 ms of each init.
const { createHmac, hash } = process.getBuiltinModule('node:crypto');

/** A POST to the path `/` without query, which is all that AWS's JSON protocols know. */
export interface JsonRequest {
  /** By lower-case name, trimmed, without runs of spaces; `host` is among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs a request: its headers with `x-amz-date`, the session token if there is one, and `authorization`. */
export type Sign = (request: JsonRequest, credentials: AwsCredentials, at: Date) => Record<string, string>;

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * AWS Signature Version 4 for one service in one region. Every given header is signed. The signing key, which
 * holds for a day, is kept.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureV4(service: string, region: string): Sign {
  let kept: { readonly secret: string; readonly day: string; readonly key: Buffer } | undefined;

  function signingKey(secret: string, day: string): Buffer {
    if (kept?.secret !== secret || kept.day !== day) {
      const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
        (previous, part) => hmac(previous, part),
        Buffer.from(`AWS4${secret}`),
      );
      kept = { secret, day, key };
    }
    return kept.key;
  }

  return ({ headers, body }, { accessKeyId, secretAccessKey, sessionToken }, at) => {
    const time = at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
    const day = time.slice(0, 8);
    const signed: Record<string, string> = { ...headers, 'x-amz-date': time };
    if (sessionToken !== undefined) signed['x-amz-security-token'] = sessionToken;
    const names = Object.keys(signed).sort();
    const list = names.join(';');
    const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
    const canonical = `POST\n/\n\n${lines}\n${list}\n${hash('sha256', body)}`;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const text = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = hmac(signingKey(secretAccessKey, day), text).toString('hex');
    signed['authorization'] =
      `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${list}, Signature=${signature}`;
    return signed;
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
