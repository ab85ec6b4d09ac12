/**
 * `npm run local`: this project on local-lambda, with flocks and portraits. Their buckets, queues and tables are in the
 * emulator; a command line that names a package or servers of its own is local-lambda's alone.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResourceTemplate } from './emulated-resources.ts';

const ROOT = join(import.meta.dirname, '..');
const CLI = new URL('../packages/local-lambda/src/cli.ts', import.meta.url);
const PACKAGE = join(ROOT, '.serverless');
const TEMPLATE = join(PACKAGE, 'cloudformation-template-update-stack.json');
const PACKAGE_LIMIT_MS = 180_000;

/** What this file would set itself, and what only prints. */
const ITS_OWN = /^--(package|aws-endpoint|sqs-endpoint|s3-endpoint|dynamodb|help|show-config|config)\b/;

const args = process.argv.slice(2);
const say = (text: string) => process.stderr.write(`${text}\n`);
const switchedOff = process.env['SHEEP_SHED_PORTRAITS'] === 'off';
const isCommand = args[0] !== undefined && !args[0].startsWith('-');
const isPlain =
  switchedOff || isCommand || args.some((word) => ITS_OWN.test(word)) || (await hasServersOfItsOwn());

if (isPlain) await import(CLI.href);
else await withEmulator();

/** Whether the environment names servers other than `npm run emulator`, whose address a user exports for the AWS CLI. */
async function hasServersOfItsOwn(): Promise<boolean> {
  const named = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_ENDPOINT_URL'));
  if (named.length === 0) return false;
  const { runningEmulator } = await import('./running-emulator.ts');
  const shared = await runningEmulator();
  const [foreign] = named.filter(([, url]) => url !== shared);
  if (foreign === undefined) return false;
  say(`${foreign.join('=')}: flocks and portraits are left out; unset it to have them`);
  return true;
}

async function withEmulator(): Promise<void> {
  // A host without it does not keep AWS's clients in its memory.
  const { needsEmulator, provision } = await import('./emulated-resources.ts');
  const { EMULATOR_KEY, EMULATOR_REGION, runningEmulator, startOwnEmulator } = await import(
    './running-emulator.ts'
  );
  process.env['SHEEP_SHED_PORTRAITS'] = 'on';
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt);
  let close = async (): Promise<void> => undefined;
  try {
    say('packaging (serverless package)');
    await packageProject(stop.signal);
    const template = JSON.parse(await readFile(TEMPLATE, 'utf8')) as ResourceTemplate;
    const flags = ['--package', PACKAGE, ...(args.includes('--watch') ? [] : ['--watch', 'on'])];
    if (needsEmulator(template)) {
      const shared = await runningEmulator();
      const own = shared === undefined ? await startOwnEmulator(say, stop.signal) : undefined;
      close = own?.close ?? close;
      const endpoint = shared ?? own?.endpoint ?? '';
      await provision(template, { endpoint, region: EMULATOR_REGION, credentials: EMULATOR_KEY });
      say(
        own === undefined
          ? `objects, queues and tables are in ${endpoint} (npm run emulator)`
          : `objects, queues and tables are in memory and end with this command; npm run emulator keeps them longer: ${endpoint}`,
      );
      const { accessKeyId, secretAccessKey } = EMULATOR_KEY;
      flags.push('--aws-endpoint', endpoint, '--env', `AWS_ENDPOINT_URL_DYNAMODB=${endpoint}`);
      flags.push(
        '--env',
        `AWS_ACCESS_KEY_ID=${accessKeyId}`,
        '--env',
        `AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
      );
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt);
    stop.signal.throwIfAborted();
    process.argv.push(...flags);
    await import(CLI.href);
  } catch (error) {
    say(stop.signal.aborted ? 'interrupted' : (error as Error).message);
    if (!stop.signal.aborted) say('SHEEP_SHED_PORTRAITS=off npm run local does without flocks and portraits');
    process.exitCode = stop.signal.aborted ? 130 : 2;
  } finally {
    await close();
  }
}

/** @throws Error with what the framework printed. */
async function packageProject(signal: AbortSignal): Promise<void> {
  const bin = join(ROOT, 'node_modules/.bin/serverless');
  const env = { ...process.env, LOCAL_LAMBDA: '1' };
  const child = spawn(bin, ['package'], { cwd: ROOT, env, signal, timeout: PACKAGE_LIMIT_MS });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    });
  }
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`serverless package failed:\n${output.trim()}`)),
    );
  });
}
