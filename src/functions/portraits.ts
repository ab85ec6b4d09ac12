import { type S3Options, s3Objects } from '../adapters/s3/s3-objects.ts';
import { type Portraits, portraitsIn } from '../domain/portraits.ts';

/** Where the portraits are. */
export interface PortraitPlace extends S3Options {
  readonly bucket: string;
}

/** Portraits and the end of their connections. */
export interface OpenPortraits extends Portraits {
  /** Closes its connections; no call may be under way. */
  close(): Promise<void>;
}

/** Opens the portraits in a bucket of Amazon S3. */
export function openPortraits({ bucket, ...place }: PortraitPlace): OpenPortraits {
  const objects = s3Objects(place);
  return { ...portraitsIn(bucket, objects, Date.now), close: objects.close };
}
