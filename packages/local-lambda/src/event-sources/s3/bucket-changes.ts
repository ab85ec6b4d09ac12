import type { S3Object } from './s3-client.ts';

/** What a bucket held when it was last looked at. */
export interface BucketState {
  readonly objects: Map<string, S3Object>;
  /** What all keys begin with that were looked at. */
  readonly prefix: string;
  /** The last key that was looked at every time; undefined: all were. Of what lies beyond, nothing is known. */
  seenTo: string | undefined;
}

/** What a look at a bucket has found, in the order of S3: by the bytes of the keys. */
export interface BucketListing {
  readonly objects: readonly S3Object[];
  /** Whether the bucket holds more behind them. */
  readonly isCut: boolean;
}

/** One object that was put, in place of another or not, or that is gone. */
export interface BucketChange {
  readonly kind: 'created' | 'removed';
  readonly object: S3Object;
}

/** What is known of a bucket after the first look. */
export function firstState({ objects, isCut }: BucketListing, prefix: string): BucketState {
  return {
    prefix,
    objects: new Map(objects.map((object) => [object.key, object])),
    seenTo: isCut ? objects.at(-1)?.key : undefined,
  };
}

/**
 * What has changed between two looks at a bucket: removals first, then what was put, the oldest first. A key that one
 * of the looks did not reach tells nothing, and is forgotten.
 */
export function bucketChanges(before: BucketState, { objects, isCut }: BucketListing): BucketChange[] {
  const end = isCut ? objects.at(-1)?.key : undefined;
  if (end !== undefined && isSeen(end, before.seenTo)) before.seenTo = end;
  for (const key of before.objects.keys()) if (!isSeen(key, before.seenTo)) before.objects.delete(key);
  const seen = objects.filter(({ key }) => isSeen(key, before.seenTo));
  const keys = new Set(seen.map(({ key }) => key));
  const removed = [...before.objects.values()].filter(({ key }) => !keys.has(key));
  const created = seen.filter((object) => {
    const known = before.objects.get(object.key);
    return known === undefined || known.eTag !== object.eTag || known.lastModified !== object.lastModified;
  });
  created.sort((a, b) => (a.lastModified < b.lastModified ? -1 : a.lastModified > b.lastModified ? 1 : 0));
  return [
    ...removed.map((object) => ({ kind: 'removed' as const, object })),
    ...created.map((object) => ({ kind: 'created' as const, object })),
  ];
}

function isSeen(key: string, seenTo: string | undefined): boolean {
  return seenTo === undefined || Buffer.compare(Buffer.from(key), Buffer.from(seenTo)) <= 0;
}

/** Notes a change as seen. */
export function applyChange({ objects }: BucketState, { kind, object }: BucketChange): void {
  if (kind === 'removed') objects.delete(object.key);
  else objects.set(object.key, object);
}
