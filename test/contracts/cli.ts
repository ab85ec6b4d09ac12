/** `npm run contract -- --url URL`: checks the HTTP contract on a deployed or local API. */
import type { Option } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { checksFor } from './http.ts';

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
} as const;

const USAGE = (options: string) => `Checks the HTTP contract on an API.

  npm run contract -- --url https://abc123.execute-api.eu-west-3.amazonaws.com

${options}

It adds a few sheep of random tattoos. What needs access to the table is left out and listed.
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
  const { url } = line.values;
  const fetchPath = (path: string, init?: RequestInit) =>
    fetch(`${url}${path}`, { signal: AbortSignal.timeout(35_000), ...init });
  let failed = 0;
  let left = 0;
  for (const { name, lacks, run } of checksFor({ name: url, url, fetch: fetchPath })) {
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
  return failed === 0 ? 0 : 1;
}
