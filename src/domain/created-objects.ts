import { fieldOf, invalidInput } from './input.ts';
import type { ObjectAddress } from './objects.ts';

/**
 * The objects whose creation an event tells of: a notification of S3, or `{"bucket":"…","key":"…"}`. None for what S3
 * sends when notifications are set up.
 * @throws ShedError `INVALID_INPUT` naming what is missing.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function createdObjects(event: unknown): readonly ObjectAddress[] {
  if (fieldOf(event, 'Event') === 's3:TestEvent') return [];
  const records = fieldOf(event, 'Records');
  if (!Array.isArray(records)) return [checked(fieldOf(event, 'bucket'), fieldOf(event, 'key'))];
  return records.filter(isCreation).map((record) => {
    const s3 = fieldOf(record, 's3');
    const key = fieldOf(fieldOf(s3, 'object'), 'key');
    return checked(fieldOf(fieldOf(s3, 'bucket'), 'name'), typeof key === 'string' ? decoded(key) : key);
  });
}

function isCreation(record: unknown): boolean {
  return String(fieldOf(record, 'eventName')).startsWith('ObjectCreated:');
}

function checked(bucket: unknown, key: unknown): ObjectAddress {
  if (typeof bucket !== 'string' || bucket === '')
    throw invalidInput('bucket', 'the name of a bucket', bucket);
  if (typeof key !== 'string' || key === '') throw invalidInput('key', 'the key of an object', key);
  return { bucket, key };
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw invalidInput('key', 'encoded as S3 does', key);
  }
}
