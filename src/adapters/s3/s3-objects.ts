import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { invalidInput } from '../../domain/input.ts';
import type { ObjectAddress, ObjectHead, Objects } from '../../domain/objects.ts';
import { type AwsClientOptions, clientConfiguration } from '../aws/client-options.ts';

/** Where the objects are, and how long a page of a list is. */
export interface S3Options extends AwsClientOptions {
  /** Most objects on a page of a list. @default 1000, the most that S3 gives */
  readonly pageSize?: number;
}

/** Objects and the end of their connections. */
export interface OpenObjects extends Objects {
  /** Closes its connections; no call may be under way. */
  close(): Promise<void>;
}

/** Objects in Amazon S3, by AWS's SDK. */
export function s3Objects(options: S3Options): OpenObjects {
  const client = new S3Client({
    ...clientConfiguration(options),
    // Bodies are signed and TLS checks them: a checksum of our own costs time and makes presigned requests longer.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

  const head: Objects['head'] = async (address) => {
    const found = await unlessMissing(client.send(new HeadObjectCommand(place(address))));
    return found === undefined ? undefined : headOf(found, found.ContentLength);
  };

  return {
    head,
    close: async () => client.destroy(),
    async get(address, { from = 0, maxBytes, etag } = {}) {
      const range = from === 0 ? {} : { Range: `bytes=${from}-` };
      const match = etag === undefined ? {} : { IfMatch: `"${etag}"` };
      const request = new GetObjectCommand({ ...place(address), ...range, ...match });
      const found = await unlessMissing(client.send(request)).catch(async (error: unknown) => {
        if (!(error instanceof S3ServiceException) || error.name !== 'InvalidRange') throw error;
        // Nothing lies beyond the end.
        const known = await head(address);
        return etag === undefined || known?.etag === etag ? known : undefined;
      });
      if (found === undefined) return undefined;
      if ('etag' in found) return { ...found, body: NOTHING };
      const { Body, ContentRange, ContentLength = 0 } = found;
      const body = Body as (AsyncIterable<Uint8Array> & { destroy(): void }) | undefined;
      const size = ContentRange === undefined ? ContentLength : Number(ContentRange.split('/')[1]);
      if (maxBytes !== undefined && size > maxBytes) {
        body?.destroy();
        throw invalidInput(address.key, `an object of at most ${maxBytes} bytes`, `${size} bytes`);
      }
      return { ...headOf(found, size), body: body ?? NOTHING };
    },
    async put(address, body, { contentType, metadata } = {}) {
      // The SDK takes an empty text for a stream.
      const Body = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      const type = contentType === undefined ? {} : { ContentType: contentType };
      const Metadata = { ...metadata };
      await client.send(new PutObjectCommand({ ...place(address), Body, ...type, Metadata }));
    },
    async delete(address) {
      await client.send(new DeleteObjectCommand(place(address)));
    },
    async *list(bucket, prefix, { after, pageSize = options.pageSize } = {}) {
      const paging = { client, ...(pageSize === undefined ? {} : { pageSize }) };
      const asked = {
        Bucket: bucket,
        ...(prefix === undefined ? {} : { Prefix: prefix }),
        ...(after === undefined ? {} : { StartAfter: after }),
      };
      for await (const { Contents = [] } of paginateListObjectsV2(paging, asked)) {
        yield Contents.map(({ Key = '', Size = 0, ETag, LastModified }) => ({
          key: Key,
          size: Size,
          etag: bare(ETag),
          modifiedMs: LastModified?.getTime() ?? 0,
        }));
      }
    },
    async presignPost(address, { minBytes = 0, maxBytes, contentTypePrefix, expiresSeconds, metadata = {} }) {
      const Fields = Object.fromEntries(
        Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
      );
      return createPresignedPost(client, {
        ...place(address),
        Fields,
        Conditions: [
          ['content-length-range', minBytes, maxBytes],
          ['starts-with', '$Content-Type', contentTypePrefix],
        ],
        Expires: expiresSeconds,
      });
    },
    presignGet: (address, expiresIn) =>
      getSignedUrl(client, new GetObjectCommand(place(address)), { expiresIn }),
  };
}

const NOTHING: AsyncIterable<Uint8Array> = (async function* () {})();

function place({ bucket, key }: ObjectAddress) {
  return { Bucket: bucket, Key: key };
}

function headOf(
  answer: {
    ETag?: string | undefined;
    ContentType?: string | undefined;
    Metadata?: Record<string, string> | undefined;
  },
  size = 0,
): ObjectHead {
  return { size, etag: bare(answer.ETag), contentType: answer.ContentType, metadata: answer.Metadata ?? {} };
}

function bare(etag = ''): string {
  return etag.replaceAll('"', '');
}

/** What is not there, and what has other contents than was asked for. */
const MISSING = new Set(['NoSuchKey', 'NotFound', 'PreconditionFailed']);

async function unlessMissing<T>(sent: Promise<T>): Promise<T | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof S3ServiceException && MISSING.has(error.name)) return undefined;
    throw error;
  }
}
