import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';

/** Where a file was put. */
export interface FlockUpload {
  readonly Bucket: string;
  readonly Key: string;
  /** What the table of imports knows it by. */
  readonly file: string;
}

/** How far the import of a file has come. */
export interface ImportProgress {
  /** Lines that were read; `undefined` before the first chunk. */
  readonly lines: number | undefined;
  /** `undefined` until the file is complete. */
  readonly counts: { readonly added: number; readonly refused: number } | undefined;
}

/** Puts a CSV file of sheep into the bucket whose event imports it. */
export async function putFlock(
  s3: S3Client,
  file: Pick<PutObjectCommandInput, 'Bucket' | 'Key' | 'Body' | 'ContentLength'> & {
    readonly Bucket: string;
    readonly Key: string;
  },
  abortSignal: AbortSignal,
): Promise<FlockUpload> {
  const { Bucket, Key } = file;
  const { ETag = '' } = await s3.send(new PutObjectCommand({ ...file, ContentType: 'text/csv' }), {
    abortSignal,
  });
  return { Bucket, Key, file: `${Bucket}/${Key}#${ETag.replaceAll('"', '')}` };
}

/** Looks once how far an import has come. @param TableName the table of imports. */
export async function lookAtImport(
  dynamodb: DynamoDBClient,
  TableName: string,
  { file }: FlockUpload,
  abortSignal: AbortSignal,
): Promise<ImportProgress> {
  const whole = { TableName, Key: { file: { S: file }, chunk: { N: '0' } }, ConsistentRead: true };
  const { Item } = await dynamodb.send(new GetItemCommand(whole), { abortSignal });
  const [counts, line] = [Item?.['counts']?.M, Item?.['position']?.M?.['line']?.N];
  return {
    lines: line === undefined ? undefined : Number(line),
    counts: counts && { added: Number(counts['added']?.N), refused: Number(counts['refused']?.N) },
  };
}

/** The key of the errors report of a file. */
export function reportKey({ Key }: Pick<FlockUpload, 'Key'>): string {
  return `${Key}.errors.csv`;
}

/** The errors report of a file, which lies beside it; `undefined` when there is none. */
export async function flockReport(
  s3: S3Client,
  upload: FlockUpload,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  try {
    const asked = new GetObjectCommand({ Bucket: upload.Bucket, Key: reportKey(upload) });
    const { Body } = await s3.send(asked, { abortSignal });
    return await Body?.transformToString();
  } catch (error) {
    // Without the right to list, what is not there is forbidden.
    if (/^(NoSuchKey|AccessDenied)$/.test((error as Error).name)) return undefined;
    throw error;
  }
}
