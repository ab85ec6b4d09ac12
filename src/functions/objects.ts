import { type OpenObjects, type S3Options, s3Objects } from '../adapters/s3/s3-objects.ts';

/** Opens the objects of Amazon S3, in every bucket that its key may read. */
export function openObjects(place: S3Options): OpenObjects {
  return s3Objects(place);
}
