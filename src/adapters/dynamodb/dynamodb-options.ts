import type { Shed } from '../../domain/shed.ts';
import type { AwsCredentials, RequestLimits } from '../aws/client-options.ts';

/** Where the shed's table is; the same for every adapter to DynamoDB. */
export interface DynamodbShedOptions {
  /** The table: hash key `tattoo` (N), attribute `weight` (N). */
  readonly table: string;
  /** AWS region of the table, such as `eu-west-3`. */
  readonly region: string;
  /**
   * Asked before each request, so that new credentials are taken as soon as they are there.
   * @default what the SDK finds where it runs; the thin client must be given them.
   */
  readonly credentials?: (() => AwsCredentials | Promise<AwsCredentials>) | undefined;
  /** @default DynamoDB's own of the region, over TLS. */
  readonly endpoint?: string | undefined;
  /** Most sheep on a page. @default {@link SCAN_PAGE} where sheep are read, what fits into 1 MB where counted. */
  readonly pageSize?: number;
  /** Parts of the table that are read at once, each page by page. @default 1 */
  readonly segments?: number;
  /** How long a request may take. @default {@link LIMITS} */
  readonly limits?: RequestLimits | undefined;
}

/** A shed and the end of its connections. */
export interface OpenShed extends Shed {
  /** Closes its connections; no call may be under way. */
  close(): Promise<void>;
}

/** A shed that can be made ready before the first call. */
export interface DynamodbShed extends OpenShed {
  /**
   * Opens a connection that the first call will use, by a request that goes through the whole client, and at its end
   * asks for nothing but `GET /`, which needs no rights. A failure is left to the first call.
   */
  open(): Promise<void>;
}

/** Sheep read at once: unmarshalling the 35 000 that fit into DynamoDB's 1 MB exceeds a function of 128 MB. */
export const SCAN_PAGE = 4000;

/** Which part of a table a scan reads, as DynamoDB's Scan names it; empty where it reads all. */
export interface ScanPart {
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

/** The parts of a table that is read in so many segments. */
export function scanParts(segments = 1): readonly ScanPart[] {
  if (segments === 1) return [{}];
  return Array.from({ length: segments }, (_, Segment) => ({ Segment, TotalSegments: segments }));
}

/** Attempts at one request, the first included. */
export const MAX_ATTEMPTS = 3;

/** The limits of a function that has a processor and makes one call at a time. */
export const LIMITS: RequestLimits = { connectMs: 1000, answerMs: 3000 };
