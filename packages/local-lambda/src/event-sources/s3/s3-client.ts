import { type AwsAnswer, type AwsRequest, type AwsServer, sendSigned } from '../aws-request.ts';

/** An object as a listing has it. */
export interface S3Object {
  readonly key: string;
  /** Without quotes. */
  readonly eTag: string;
  readonly size: number;
  readonly lastModified: string;
}

/** One page of a listing. */
export interface S3Page {
  readonly objects: readonly S3Object[];
  /** Undefined: it is the last one. */
  readonly next: string | undefined;
}

/** The operations of S3 that event sources need; all reject when the server fails or does not answer in time. */
export interface S3Client {
  exists(bucket: string, signal: AbortSignal): Promise<boolean>;
  create(bucket: string, signal: AbortSignal): Promise<void>;
  /** Reads an object, or one of its versions. @throws Error also when there is none. */
  get(bucket: string, key: string, version: string | undefined, signal: AbortSignal): Promise<Buffer>;
  /** Lists up to a thousand objects whose keys begin with a prefix. @throws Error also when there is no such bucket. */
  list(bucket: string, prefix: string, from: string | undefined, signal: AbortSignal): Promise<S3Page>;
}

const LIMIT_MS = 10_000;

/**
 * Makes a client of an S3 server, with the bucket in the path.
 * @param now milliseconds since the epoch.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function createS3Client(server: AwsServer, now: () => number): S3Client {
  const send = (request: AwsRequest, signal: AbortSignal): Promise<AwsAnswer> =>
    sendSigned(server, request, now(), { signal, limitMs: LIMIT_MS });
  const pathOf = (bucket: string): string => `/${encodeURIComponent(bucket)}`;

  return {
    exists: async (bucket, signal) => {
      const answer = await send({ method: 'HEAD', path: pathOf(bucket) }, signal);
      if (answer.status !== 200 && answer.status !== 404) throw problem('HeadBucket', answer);
      return answer.status === 200;
    },
    create: async (bucket, signal) => {
      const { region } = server;
      const constraint = `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
      const body = region === 'us-east-1' ? '' : constraint;
      const answer = await send({ method: 'PUT', path: pathOf(bucket), body }, signal);
      if (answer.status !== 200) throw problem('CreateBucket', answer);
    },
    get: async (bucket, key, version, signal) => {
      const path = `${pathOf(bucket)}/${key.split('/').map(encodeKey).join('/')}`;
      const query = version === undefined ? '' : `versionId=${encodeURIComponent(version)}`;
      const answer = await send({ method: 'GET', path, query }, signal);
      if (answer.status !== 200) throw problem('GetObject', answer);
      return answer.bytes;
    },
    list: async (bucket, prefix, from, signal) => {
      const token = from === undefined ? '' : `continuation-token=${encodeURIComponent(from)}&`;
      const within = prefix === '' ? '' : `&prefix=${encodeURIComponent(prefix)}`;
      const query = `${token}encoding-type=url&list-type=2&max-keys=1000${within}`;
      const answer = await send({ method: 'GET', path: pathOf(bucket), query }, signal);
      if (answer.status !== 200) throw problem('ListObjectsV2', answer);
      return readPage(answer.body);
    },
  };
}

/** Signatures are made of a path in which these are encoded too. */
function encodeKey(part: string): string {
  return encodeURIComponent(part).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function problem(operation: string, { status, body }: AwsAnswer): Error {
  const code = element(body, 'Code') ?? `HTTP ${status}`;
  const message = element(body, 'Message');
  return new Error(`${operation}: ${code}${message === undefined ? '' : `: ${message}`}`);
}

function readPage(xml: string): S3Page {
  const isEncoded = element(xml, 'EncodingType') === 'url';
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, one = '']) => {
    const key = element(one, 'Key') ?? '';
    return {
      key: isEncoded ? decodeKey(key) : key,
      eTag: (element(one, 'ETag') ?? '').replaceAll('"', ''),
      size: Number(element(one, 'Size') ?? 0),
      lastModified: element(one, 'LastModified') ?? '',
    };
  });
  const isTruncated = element(xml, 'IsTruncated') === 'true';
  return { objects, next: isTruncated ? element(xml, 'NextContinuationToken') : undefined };
}

/** A server may say that it encodes, and not do it. */
function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

/** The text of the first element of a name. */
function element(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? [];
  return text?.replaceAll(/&(?:#(\d+)|#x([\da-fA-F]+)|(\w+));/g, (whole, decimal, hex, entity: string) => {
    if (entity !== undefined) return ENTITIES[entity] ?? whole;
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
  });
}
