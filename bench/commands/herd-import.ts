import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { HERD_IMPORT_OPTIONS } from '../plan/herd-import-options.ts';
import { type FlockUpload, flockReport, lookAtImport, putFlock, reportKey } from '../stacks/flock-upload.ts';
import type { Terminal } from '../world/terminal.ts';

const USAGE = (options: string) => `Usage: npm run herd -- import FILE.csv [--stage STAGE]

Puts a CSV file of sheep into the bucket of flocks and waits until the deployed function has imported it. Region,
credentials and endpoint are those of the AWS SDK (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL).

${options}

Exit codes: 0 every row was read; 1 failed, or the file is no CSV of sheep; 2 wrong usage; 130 interrupted.
`;

const SHOWN_LINES = 10;
const LOOK_MS = 500;

/**
 * Imports a file by way of the bucket, and gives the exit code: `npm run herd -- import`.
 * @throws OptionError on wrong usage.
 */
export async function herdImportCommand(
  args: readonly string[],
  { env, stdout, stderr }: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const line = readCommand({ options: HERD_IMPORT_OPTIONS, usage: USAGE }, args, env);
  if (line.kind === 'show') {
    stdout.write(line.text);
    return 0;
  }
  const { values, words } = line;
  const [path] = words;
  if (path === undefined || words.length > 1) {
    throw new OptionError(`one CSV file must be named; got ${words.length === 0 ? 'none' : words.join(' ')}`);
  }
  const s3 = new S3Client({ maxAttempts: 5 });
  const dynamodb = new DynamoDBClient({ maxAttempts: 5 });
  try {
    const Bucket = values.bucket ?? (await bucketOf(`sheep-shed-${values.stack}-${values.stage}`));
    const imports = values.imports ?? `sheep-shed-${values.stage}-${values.stack}-imports`;
    const Key = values.key ?? `flocks/${new Date().toISOString().replaceAll(':', '')}-${basename(path)}`;
    const upload = await put(s3, path, Bucket, Key, signal);
    stderr.write(`put into s3://${Bucket}/${Key}\n`);
    return await outcome(s3, dynamodb, imports, upload, {
      limitMs: values.wait * 1000,
      stdout,
      stderr,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    // What AWS refuses is told in its words: a stack would only hide them.
    stderr.write(`herd: ${(error as Error).message}\n`);
    return 1;
  } finally {
    s3.destroy();
    dynamodb.destroy();
  }
}

async function bucketOf(StackName: string): Promise<string> {
  const client = new CloudFormationClient({ maxAttempts: 5 });
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const found = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'FlockBucketName')?.OutputValue;
    if (found !== undefined) return found;
    throw new Error(`the stack ${StackName} imports no flocks: deploy it with --param=portraits=on`);
  } finally {
    client.destroy();
  }
}

async function put(
  s3: S3Client,
  path: string,
  Bucket: string,
  Key: string,
  signal: AbortSignal,
): Promise<FlockUpload> {
  const { size } = await stat(path);
  return putFlock(s3, { Bucket, Key, Body: createReadStream(path), ContentLength: size }, signal);
}

/** Waits until the file is complete or refused, and tells how it ended. */
async function outcome(
  s3: S3Client,
  dynamodb: DynamoDBClient,
  TableName: string,
  upload: FlockUpload,
  {
    limitMs,
    stdout,
    stderr,
    signal,
  }: Pick<Terminal, 'stdout' | 'stderr'> & { limitMs: number; signal: AbortSignal },
): Promise<number> {
  const until = performance.now() + limitMs;
  for (;;) {
    const { counts, lines } = await lookAtImport(dynamodb, TableName, upload, signal);
    const text = await flockReport(s3, upload, signal);
    if (counts !== undefined) {
      const { added, refused } = counts;
      stdout.write(`${added} sheep added, ${refused} rows refused\n`);
      if (refused > 0) {
        stdout.write(
          `${text?.split('\r\n').slice(0, SHOWN_LINES).join('\n')}\ns3://${upload.Bucket}/${reportKey(upload)} has all\n`,
        );
      }
      return 0;
    }
    const [, why] = /^,file,,(.*)$/m.exec(text ?? '') ?? [];
    if (why !== undefined) {
      stderr.write(`herd: ${unquoted(why.trim())}\n`);
      return 1;
    }
    if (performance.now() > until) throw new Error(`no end after ${limitMs / 1000} s; the import may go on`);
    if (stderr.isTTY && lines !== undefined) stderr.write(`\r${lines} lines`);
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** The text of a field of CSV. */
function unquoted(field: string): string {
  return /^".*"$/.test(field) ? field.slice(1, -1).replaceAll('""', '"') : field;
}
