/** `npm run contract -- --url URL`: checks the HTTP contract on a deployed or local API. */
import { parseArgs } from 'node:util';
import { checksFor } from './http.ts';

const USAGE = `Checks the HTTP contract on an API.

  npm run contract -- --url https://abc123.execute-api.eu-west-3.amazonaws.com

It adds a few sheep of random tattoos. What needs access to the table is left out and listed.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let url: string;
  try {
    url = readUrl(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
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

function readUrl(args: string[]): string {
  const { values } = parseArgs({ args, options: { url: { type: 'string' } } });
  const given = values.url;
  if (given === undefined || !/^https?:$/.test(URL.canParse(given) ? new URL(given).protocol : '')) {
    throw new Error(
      `--url must be an http or https URL; got ${given === undefined ? 'nothing' : JSON.stringify(given)}`,
    );
  }
  return given.replace(/\/+$/, '');
}
