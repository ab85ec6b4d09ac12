import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { herdSheep } from '../herd/make-herd.ts';
import { checkShed, clearHerd, countHerd, type HerdTable, putHerd } from '../herd/table-herd.ts';
import { HERD_OPTIONS } from '../plan/herd-options.ts';
import type { Terminal } from '../world/terminal.ts';

const USAGE = (options: string) => `Usage: npm run herd -- --table NAME [--clear] [--count N]
       npm run herd -- import FILE.csv [--stage STAGE]

Clears a table of a shed, then loads it with the herd that the bench loads. Region, credentials and endpoint are those of the AWS SDK
(AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL_DYNAMODB).

${options}

Exit codes: 0 done; 1 failed; 2 wrong usage; 130 interrupted.
`;

const REQUEST = { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true };
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Loads a table with sheep, or clears it, and gives the exit code: `npm run herd`.
 * @throws OptionError on wrong usage.
 */
export async function herdCommand(
  args: readonly string[],
  { env: environment, stdout, stderr }: Terminal,
  signal: AbortSignal,
): Promise<number> {
  if (args[0] === 'import') {
    const { herdImportCommand } = await import('./herd-import.ts');
    return herdImportCommand(args.slice(1), { env: environment, stdout, stderr }, signal);
  }
  const line = readCommand({ options: HERD_OPTIONS, usage: USAGE }, args, environment);
  if (line.kind === 'show') {
    stdout.write(line.text);
    return 0;
  }
  const { values, words } = line;
  if (words.length > 0) throw new OptionError(`unexpected "${words[0]}"; options begin with --, see --help`);
  const { table, count, seed, segments, clear, yes } = values;
  if (count === 0 && !clear) throw new OptionError('--count or --clear is missing: there is nothing to do');
  const client = new DynamoDBClient({ maxAttempts: 5, retryMode: 'adaptive', requestHandler: REQUEST });
  const progress = (done: number) => stderr.write(stderr.isTTY ? `\r${done} sheep` : '');
  const herd: HerdTable = { client, table, segments, sleep, progress, signal };
  try {
    await checkShed(herd);
    if (clear) {
      const found = await countHerd(herd);
      if (!yes && !isLocal(environment)) {
        stdout.write(`${table} holds ${found} sheep; nothing was changed. Add --yes to remove them all.\n`);
        return 0;
      }
      await clearHerd(herd);
      stdout.write(`removed ${found} sheep from ${table}\n`);
    }
    if (count > 0) {
      await putHerd(herd, herdSheep(count, seed));
      stdout.write(`loaded ${count} sheep into ${table}\n`);
    }
    return 0;
  } catch (error) {
    signal.throwIfAborted();
    // What AWS refuses is told in its words: a stack would only hide them.
    stderr.write(`herd: ${(error as Error).message}\n`);
    return 1;
  } finally {
    client.destroy();
  }
}

function isLocal(environment: Terminal['env']): boolean {
  const endpoint = environment['AWS_ENDPOINT_URL_DYNAMODB'] ?? environment['AWS_ENDPOINT_URL'] ?? '';
  return URL.canParse(endpoint) && LOOPBACK.includes(new URL(endpoint).hostname);
}
