import type { BucketNotification } from '../../deployment-package/bucket-notifications.ts';
import type { BucketChange } from './bucket-changes.ts';

/** What is known of an event beside the change itself. */
export interface S3EventSettings {
  readonly bucket: string;
  readonly region: string;
  readonly timeMs: number;
  readonly id: string;
  /** Rises from event to event. */
  readonly sequence: bigint;
}

/**
 * The name of the event that a notification asks for on this change; undefined: it asks for none. A listing does not
 * say how an object came about, so a notification of copies alone hears of every put.
 */
export function eventNameFor(
  { events, prefix, suffix }: BucketNotification,
  { kind, object: { key, eTag } }: BucketChange,
): string | undefined {
  if (!key.startsWith(prefix) || !key.endsWith(suffix)) return undefined;
  const group = kind === 'created' ? 'ObjectCreated' : 'ObjectRemoved';
  const names = events.map((name) => name.replace(/^s3:/, '')).filter((name) => name.startsWith(`${group}:`));
  if (names.length === 0) return undefined;
  // The tag of an object that came in parts ends in their number.
  const put = /-\d+$/.test(eTag) ? 'CompleteMultipartUpload' : 'Put';
  const usual = `${group}:${kind === 'created' ? put : 'Delete'}`;
  return names.some((name) => name === usual || name === `${group}:*`) ? usual : names[0];
}

/**
 * The event that a function gets.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function s3Event(
  eventName: string,
  configurationId: string,
  { kind, object }: BucketChange,
  { bucket, region, timeMs, id, sequence }: S3EventSettings,
): object {
  const key = encodeURIComponent(object.key).replaceAll('%20', '+').replaceAll('%2F', '/');
  const principal = { principalId: 'LOCAL' };
  const ofObject = kind === 'created' && { size: object.size, eTag: object.eTag };
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: new Date(timeMs).toISOString(),
    eventName,
    userIdentity: principal,
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': id, 'x-amz-id-2': id },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name: bucket, ownerIdentity: principal, arn: `arn:aws:s3:::${bucket}` },
      object: { key, ...ofObject, sequencer: sequence.toString(16).toUpperCase().padStart(16, '0') },
    },
  };
  return { Records: [record] };
}
