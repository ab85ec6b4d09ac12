import { createHash, createHmac } from 'node:crypto';

/** What a key of Signature Version 4 is good for, from the widest: day (`20261122`), region, service, `aws4_request`. */
export type SignatureScope = readonly [day: string, region: string, service: string, end: 'aws4_request'];

/**
 * The signature of a canonical request by Signature Version 4.
 * @param date as in `x-amz-date`: `20261122T020000Z`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureOf(secret: string, date: string, scope: SignatureScope, canonical: string): Buffer {
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256Hex(canonical)].join('\n');
  return hmac(scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`)), text);
}

/** SHA-256 in hexadecimal digits, as canonical requests hold that of their bodies. */
export function sha256Hex(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
