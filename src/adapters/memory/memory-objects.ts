import { hash } from 'node:crypto';
import { invalidInput } from '../../domain/input.ts';
import type { ObjectAddress, ObjectHead, Objects, PostLimits, PresignedPost } from '../../domain/objects.ts';

/** Objects in the memory of this process, and what a browser would do with their presigned addresses. */
export interface MemoryObjects extends Objects {
  /** Uploads by a form; the HTTP status of S3. */
  post(form: PresignedPost, contentType: string, body: Uint8Array): Promise<number>;
  /** Reads by an address of {@link Objects.presignGet}; `undefined` when nothing is there any more. */
  follow(url: string): Promise<Uint8Array | undefined>;
}

interface Stored extends ObjectHead {
  readonly bytes: Uint8Array;
  readonly modifiedMs: number;
}

const CHUNK = 65_536;

/** Objects for tests and hosts without a server of objects; lists of pages of `pageSize`. */
export function memoryObjects({ pageSize = 1000, now = Date.now } = {}): MemoryObjects {
  const buckets = new Map<string, Map<string, Stored>>();
  const forms = new Map<string, { address: ObjectAddress; limits: PostLimits; untilMs: number }>();
  const addresses = new Map<string, { address: ObjectAddress; untilMs: number }>();

  const find = ({ bucket, key }: ObjectAddress) => buckets.get(bucket)?.get(key);
  const put: Objects['put'] = async ({ bucket, key }, body, { contentType, metadata = {} } = {}) => {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body.slice();
    const of = buckets.get(bucket) ?? new Map<string, Stored>();
    buckets.set(bucket, of);
    const etag = hash('md5', bytes);
    of.set(key, { bytes, size: bytes.length, etag, contentType, metadata, modifiedMs: now() });
  };

  return {
    put,
    async get(address, { from = 0, maxBytes, etag } = {}) {
      const found = find(address);
      if (found === undefined || (etag !== undefined && found.etag !== etag)) return undefined;
      if (maxBytes !== undefined && found.size > maxBytes) {
        throw invalidInput(address.key, `an object of at most ${maxBytes} bytes`, `${found.size} bytes`);
      }
      return { ...headOf(found), body: chunks(found.bytes, from) };
    },
    async head(address) {
      const found = find(address);
      return found === undefined ? undefined : headOf(found);
    },
    async delete({ bucket, key }) {
      buckets.get(bucket)?.delete(key);
    },
    async *list(bucket, prefix = '', { after = '', pageSize: length = pageSize } = {}) {
      const keys = [...(buckets.get(bucket)?.keys() ?? [])]
        .filter((key) => key.startsWith(prefix) && key > after)
        .sort();
      for (let start = 0; start < keys.length; start += length) {
        yield keys.slice(start, start + length).flatMap((key) => {
          const found = find({ bucket, key });
          return found === undefined
            ? []
            : [{ key, size: found.size, etag: found.etag, modifiedMs: found.modifiedMs }];
        });
      }
    },
    async presignPost(address, limits) {
      const policy = `form-${forms.size}`;
      forms.set(policy, { address, limits, untilMs: now() + limits.expiresSeconds * 1000 });
      return { url: `memory:${address.bucket}`, fields: { key: address.key, policy } };
    },
    async presignGet(address, expiresSeconds) {
      const url = `memory:${address.bucket}/${encodeURIComponent(address.key)}?n=${addresses.size}`;
      addresses.set(url, { address, untilMs: now() + expiresSeconds * 1000 });
      return url;
    },
    async post({ fields }, contentType, body) {
      const form = forms.get(fields['policy'] ?? '');
      if (form === undefined || form.untilMs < now() || form.address.key !== fields['key']) return 403;
      const { minBytes = 0, maxBytes, contentTypePrefix, metadata = {} } = form.limits;
      if (!contentType.startsWith(contentTypePrefix)) return 403;
      if (body.length < minBytes || body.length > maxBytes) return 400;
      await put(form.address, body, { contentType, metadata });
      return 204;
    },
    async follow(url) {
      const found = addresses.get(url);
      return found === undefined || found.untilMs < now() ? undefined : find(found.address)?.bytes;
    },
  };
}

function headOf({ size, etag, contentType, metadata }: Stored): ObjectHead {
  return { size, etag, contentType, metadata };
}

async function* chunks(bytes: Uint8Array, from: number): AsyncGenerator<Uint8Array> {
  for (let start = from; start < bytes.length; start += CHUNK) yield bytes.slice(start, start + CHUNK);
}
