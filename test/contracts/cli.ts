/** `npm run contract -- --url URL [--sign REGION]`: checks the HTTP contract on a deployed or local API. */
import { type Option, OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { awsRegion } from '@sheep-shed/options/readers';
import { fetchFrom } from './fetch-from.ts';
import { checksFor, type HttpTarget } from './http.ts';

const OPTIONS = {
  url: {
    help: 'the API',
    required: true,
    allowed: 'an http or https URL',
    read: ([given = '']) =>
      /^https?:$/.test(URL.canParse(given) ? new URL(given).protocol : '')
        ? given.replace(/\/+$/, '')
        : undefined,
  } satisfies Option<string>,
  sign: {
    help: 'AWS region for which requests are signed (SigV4), for an API deployed with auth=iam',
    ...awsRegion,
  } satisfies Option<string>,
} as const;

const USAGE = (options: string) => `Checks the HTTP contract on an API.

  npm run contract -- --url https://abc123.execute-api.eu-west-3.amazonaws.com
  npm run contract -- --url https://abc123.execute-api.eu-west-3.amazonaws.com --sign eu-west-3

${options}

It adds a few sheep of random tattoos. What needs access to the table, or unsigned requests, is left out and listed.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let line: ReturnType<typeof readCommand<typeof OPTIONS>>;
  try {
    line = readCommand({ options: OPTIONS, usage: USAGE }, args, {});
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
  if (line.kind === 'show') {
    process.stdout.write(line.text);
    return 0;
  }
  const { url, sign: region } = line.values;
  if (region === undefined) return check({ name: url, url, fetch: fetchFrom(url) });
  try {
    // The SDK takes some 100 ms to load.
    const { openSigning } = await import('../../bench/stacks/signing.ts');
    const { sign } = await openSigning(region, Date.now);
    return await check({ name: url, fetch: fetchFrom(url, sign) });
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

/** Runs what of the contract can be checked on a target, and tells of each statement. @returns the exit code. */
async function check(target: HttpTarget): Promise<number> {
  const statuses = new Set<number>();
  const noted: HttpTarget['fetch'] = async (...request) => {
    const response = await target.fetch(...request);
    statuses.add(response.status);
    return response;
  };
  let failed = 0;
  let left = 0;
  for (const { name, lacks, run } of checksFor({ ...target, fetch: noted })) {
    if (lacks !== undefined) {
      left++;
      process.stdout.write(`left out  ${name} (needs ${lacks})\n`);
      continue;
    }
    try {
      await run();
      process.stdout.write(`ok        ${name}\n`);
    } catch (error) {
      failed++;
      process.stdout.write(
        `FAILED    ${name}\n${String((error as Error).message).replace(/^/gm, '          ')}\n`,
      );
    }
  }
  process.stdout.write(`${failed === 0 ? 'the contract holds' : `${failed} failed`}; ${left} left out\n`);
  if (statuses.size === 1 && statuses.has(403)) {
    process.stdout.write(
      'every request was answered 403: an API deployed with auth=iam needs --sign <region>\n',
    );
  }
  return failed === 0 ? 0 : 1;
}
