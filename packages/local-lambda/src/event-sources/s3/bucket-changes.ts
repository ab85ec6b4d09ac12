import type { S3Object } from './s3-client.ts';

/** What a bucket held when it was last looked at, by key. */
export type BucketState = Map<string, S3Object>;

/** One object that was put, in place of another or not, or that is gone. */
export interface BucketChange {
  readonly kind: 'created' | 'removed';
  readonly object: S3Object;
}

/** What has changed between two looks at a bucket: removals first, then what was put, the oldest first. */
export function bucketChanges(before: BucketState, now: readonly S3Object[]): BucketChange[] {
  const keys = new Set(now.map(({ key }) => key));
  const removed = [...before.values()].filter(({ key }) => !keys.has(key));
  const created = now.filter((object) => {
    const known = before.get(object.key);
    return known === undefined || known.eTag !== object.eTag || known.lastModified !== object.lastModified;
  });
  created.sort((a, b) => (a.lastModified < b.lastModified ? -1 : a.lastModified > b.lastModified ? 1 : 0));
  return [
    ...removed.map((object) => ({ kind: 'removed' as const, object })),
    ...created.map((object) => ({ kind: 'created' as const, object })),
  ];
}

/** Notes a change as seen. */
export function applyChange(state: BucketState, { kind, object }: BucketChange): void {
  if (kind === 'removed') state.delete(object.key);
  else state.set(object.key, object);
}
