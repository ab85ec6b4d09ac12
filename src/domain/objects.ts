import { fieldOf, invalidInput } from './input.ts';

/** Names an object. */
export interface ObjectAddress {
  readonly bucket: string;
  /** 1 to 1024 bytes of UTF-8, as it is: not encoded for addresses. */
  readonly key: string;
}

/** What is known of an object without its contents. */
export interface ObjectHead {
  /** Bytes of the whole object. */
  readonly size: number;
  /** Names these contents: another text after each write of other bytes. Without quotes. */
  readonly etag: string;
  readonly contentType: string | undefined;
  /** Texts that were stored with it, by lower-case name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An object that is being read. */
export interface ObjectReading extends ObjectHead {
  /** The bytes from `from` on; who stops before their end calls the iterator's `return`, as `break` does. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** An object as a list shows it. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/** Which part of a list is wanted. */
export interface ListOptions {
  /** Only keys behind this one, which need not be there. */
  readonly after?: string;
  /** Most objects on a page, from 1 to 1000. @default as many as the adapter was made with */
  readonly pageSize?: number;
}

/** How to read an object. */
export interface GetOptions {
  /** First byte, from 0. @default 0 */
  readonly from?: number;
  /** Refuses an object of more bytes. @default any size */
  readonly maxBytes?: number;
  /** Reads these contents or nothing. */
  readonly etag?: string;
}

/** What is stored with an object. */
export interface PutOptions {
  readonly contentType?: string;
  /** Names of lower-case letters, digits and hyphens; values of ASCII. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a form may upload. */
export interface PostLimits {
  readonly minBytes?: number;
  readonly maxBytes: number;
  /** The form's field `Content-Type` must begin so. */
  readonly contentTypePrefix: string;
  readonly expiresSeconds: number;
  /** Stored with the object. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A form that uploads one object: every field, `Content-Type`, then `file` as the last. */
export interface PresignedPost {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Where objects are kept; every implementation passes `test/contracts/objects.ts`. */
export interface Objects {
  /**
   * Begins to read an object; `undefined` when it is not there, or has other contents than `etag` names.
   * @throws ShedError `INVALID_INPUT` when it has more than `maxBytes`.
   */
  get(address: ObjectAddress, options?: GetOptions): Promise<ObjectReading | undefined>;
  /** `undefined` when it is not there. */
  head(address: ObjectAddress): Promise<ObjectHead | undefined>;
  /** Stores an object, in place of the one that was there. */
  put(address: ObjectAddress, body: Uint8Array | string, options?: PutOptions): Promise<void>;
  /** Removes an object; one that is not there is no error. */
  delete(address: ObjectAddress): Promise<void>;
  /** Lists the objects whose keys begin so, in the order of their keys' bytes, page by page. */
  list(bucket: string, prefix?: string, options?: ListOptions): AsyncIterable<readonly ListedObject[]>;
  /** Lets a form without a key of its own upload one object within limits. */
  presignPost(address: ObjectAddress, limits: PostLimits): Promise<PresignedPost>;
  /** An address from which anyone reads the object for so many seconds. */
  presignGet(address: ObjectAddress, expiresSeconds: number): Promise<string>;
}

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const MAX_KEY_BYTES = 1024;

/** What {@link isBucketName} allows. */
export const BUCKET_RULE = 'a bucket\'s name of 3 to 63 small letters, digits, "." and "-"';

/** Whether a text is a name that S3 takes for a bucket. */
export function isBucketName(text: string): boolean {
  return BUCKET_NAME.test(text);
}

/**
 * Reads the address of an object from the fields `bucket` and `key` of an event; `undefined`: it has neither.
 * @throws ShedError `INVALID_INPUT` naming the field.
 */
export function readAddress(event: unknown): ObjectAddress | undefined {
  const bucket = fieldOf(event, 'bucket');
  const key = fieldOf(event, 'key');
  if (bucket === undefined && key === undefined) return undefined;
  if (typeof bucket !== 'string' || !isBucketName(bucket)) throw invalidInput('bucket', BUCKET_RULE, bucket);
  const size = typeof key === 'string' ? new TextEncoder().encode(key).length : 0;
  if (typeof key !== 'string' || size === 0 || size > MAX_KEY_BYTES) {
    throw invalidInput('key', `a key of 1 to ${MAX_KEY_BYTES} bytes`, key);
  }
  return { bucket, key };
}
