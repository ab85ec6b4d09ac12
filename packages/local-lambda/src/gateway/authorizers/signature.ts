import { timingSafeEqual } from 'node:crypto';
import { LOCAL_CREDENTIALS } from '../../runtimes/variables.ts';
import { sha256Hex, signatureOf } from '../../signature-v4.ts';
import { decode, type GatewayRequest } from '../gateway-request.ts';
import { headerOf } from './identity.ts';

/** Why a signed request is refused. */
export type SignatureProblem = 'missing' | 'unknown-key' | 'expired' | 'wrong';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request,\s*SignedHeaders=([\w;-]+),\s*Signature=([\da-f]{64})$/;
const MAX_SKEW_MS = 300_000;

/**
 * Verifies a request that is signed with Signature Version 4 and the host's own key, by its `Authorization` header.
 * @param nowMs milliseconds since the epoch; the request's time may differ from it by five minutes.
 * @returns undefined when it is signed as it should be.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureProblem(request: GatewayRequest, nowMs: number): SignatureProblem | undefined {
  const authorization = headerOf(request, 'authorization');
  if (authorization === undefined) return 'missing';
  const [, accessKey, day = '', region = '', service = '', signed = '', signature = ''] =
    AUTHORIZATION.exec(authorization) ?? [];
  if (accessKey === undefined) return 'missing';
  if (accessKey !== LOCAL_CREDENTIALS.accessKeyId) return 'unknown-key';
  const date = headerOf(request, 'x-amz-date') ?? '';
  if (!date.startsWith(day) || !(Math.abs(timeOf(date) - nowMs) <= MAX_SKEW_MS)) return 'expired';
  const canonical = canonicalRequest(request, signed.split(';'));
  const { secretAccessKey } = LOCAL_CREDENTIALS;
  const own = signatureOf(secretAccessKey, date, [day, region, service, 'aws4_request'], canonical);
  return timingSafeEqual(own, Buffer.from(signature, 'hex')) ? undefined : 'wrong';
}

function canonicalRequest(request: GatewayRequest, signed: readonly string[]): string {
  const { method, rawPath, rawQuery, body, rawHeaders } = request;
  const headers = signed.map((name) => {
    const values = rawHeaders.filter((_value, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
    return `${name}:${values.map((value) => value.trim().replaceAll(/ +/g, ' ')).join(',')}\n`;
  });
  // The path is encoded once more than it was sent, by every service but S3.
  const path = rawPath.split('/').map(encode).join('/');
  return [method, path, canonicalQuery(rawQuery), headers.join(''), signed.join(';'), sha256Hex(body)].join(
    '\n',
  );
}

function canonicalQuery(rawQuery: string): string {
  return rawQuery
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', ...value] = part.split('=');
      return `${encode(decode(name))}=${encode(decode(value.join('=')))}`;
    })
    .sort()
    .join('&');
}

/** RFC 3986: all but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function timeOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
