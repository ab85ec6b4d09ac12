/** `npm run test:openapi`: schemathesis tries docs/openapi.yaml on the default stacks on local-lambda, within a minute. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DEFAULT_STACK_NAMES } from '../../bench/stacks/catalogue.ts';
import { startFaultyDatabase } from './faulty-database.ts';
import { startHostedStack } from './hosted-stack.ts';
import { ensureEnvironment, findPythons } from './python-environment.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/openapi.yaml');
const REQUIREMENTS = '../../test/reference/requirements-schemathesis.txt';
const SECONDS_PER_STACK = 15;
const SEED = 5;
/** Of one stack; other checks may run beside it. */
const LIMIT_MS = 90_000;

const [newest] = await findPythons(process.env);
if (newest === undefined) throw new Error('no python3 of version 3.10 or later with venv is on this machine');
const bin = await ensureEnvironment(newest, REQUIREMENTS);

const database = await startFaultyDatabase();
try {
  for (const stack of DEFAULT_STACK_NAMES) {
    const hosted = await startHostedStack(stack, database);
    try {
      if ((await tryDocument(hosted.target.url)) !== 0) process.exitCode = 1;
    } finally {
      await hosted.close();
    }
  }
} finally {
  await database.close();
}

async function tryDocument(url: string): Promise<number> {
  const args = [
    ...['run', DOCUMENT, '--url', url],
    // An HTTP API answers a method that it has no route for with 404, not 405. That a tattoo above 2^64 - 1 is
    // refused and a long rewriting too is not in the schema's power to say.
    ...['--exclude-checks', 'unsupported_method,positive_data_acceptance'],
    ...['--max-time', `${SECONDS_PER_STACK}`, '--request-timeout', '10', '--seed', `${SEED}`],
    ...['--generation-database', 'none', '--no-color'],
  ];
  const child = spawn(join(bin, 'schemathesis'), args, {
    // It leaves a folder of its own where it runs.
    cwd: bin,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}
