/** `npm run rehearse`: the whole deploy cycle of every stack on an emulator on this machine. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Option } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { SWITCH, wordsOf } from '@sheep-shed/options/readers';
import { STACK_NAMES, STACKS, type StackName, UNCOMPILED_STACK_NAMES } from '../bench/stacks/catalogue.ts';
import { missingCompiler } from '../bench/stacks/package-stack.ts';
import { copyProject } from '../bench/stacks/project-copy.ts';
import { addPolicy, createPolicy, createUser, DEPLOYER, inventory, MEASURER } from './account.ts';
import { rehearseAgents } from './agents.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { PORTRAITS_POLICY, rehearsePortraits, removePortraits } from './portraits.ts';
import { ensurePython, isAlive, RehearsalUsageError } from './python-environment.ts';
import { CommandError, runUntil } from './run.ts';
import { BOUNDARY, type Step } from './serverless-cli.ts';
import { rehearseStack, removeStack } from './stack.ts';

const ROOT = dirname(import.meta.dirname);
const TAIL_LINES = 40;
const FOLDER = 'sheep-shed-rehearsal-';
const LEFTOVER = new RegExp(`^${FOLDER}(\\d+)-`);
const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 };
const OPTIONS = {
  stack: {
    help: 'stack to rehearse; all that need no compiler when not given',
    default: UNCOMPILED_STACK_NAMES,
    repeatable: true,
    ...wordsOf(STACK_NAMES),
  } satisfies Option<readonly StackName[]>,
  portraits: {
    help: 'rehearse what --param=portraits=on adds, and not the rest; stacks of TypeScript have it',
    ...SWITCH,
  } satisfies Option<boolean>,
};

const USAGE = (options: string) => `Usage: npm run rehearse -- [options]

Deploys the stacks that are named to an emulator on this machine, proves what docs/deploy.md lists,
removes them, and proves that nothing is left. It needs python3; the first run fetches the emulator.

${options}

Exit codes: 0 all held; 1 a step failed; 2 wrong usage or something missing; 130 interrupted.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let stacks: readonly StackName[];
  let withPortraits: boolean;
  try {
    const line = readCommand({ options: OPTIONS, usage: USAGE }, args, {});
    if (line.kind === 'show') {
      process.stdout.write(line.text);
      return 0;
    }
    if (line.words.length > 0) throw new OptionError(`unexpected "${line.words[0]}"; options begin with --`);
    const { stack, portraits } = line.values;
    withPortraits = portraits;
    stacks = portraits ? stack.filter((name) => STACKS[name].folder === '.') : stack;
    if (stacks.length === 0) throw new OptionError(`--portraits needs the stack ts or tsthin; got ${stack}`);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupted.abort());
  await removeLeftovers();
  const workDir = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  try {
    await rehearse(stacks, withPortraits, workDir, interrupted.signal);
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) {
      process.stderr.write('rehearsal: interrupted; everything that it started is stopped\n');
      return 130;
    }
    if (error instanceof RehearsalUsageError) {
      process.stderr.write(`rehearsal: ${error.message}\n`);
      return 2;
    }
    process.stderr.write(`rehearsal: ${(error as Error).message}\n`);
    if (error instanceof CommandError) process.stderr.write(`${tail(error.output)}\n`);
    const log = await readFile(join(workDir, 'emulator.log'), 'utf8').catch(() => '');
    process.stderr.write(`--- the emulator's log\n${tail(log)}\n`);
    return 1;
  } finally {
    await rm(workDir, REMOVAL);
  }
}

/** Removes the folders of rehearsals that were killed before they could. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = LEFTOVER.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(tmpdir(), name), REMOVAL);
  }
}

async function rehearse(
  stacks: readonly StackName[],
  withPortraits: boolean,
  workDir: string,
  signal: AbortSignal,
): Promise<void> {
  const began = Date.now();
  const run = runUntil(signal);
  const interruption = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  interruption.catch(() => undefined);
  const timed: Step = async (name, body) => {
    signal.throwIfAborted();
    const from = Date.now();
    const outcome = await body().catch((error: unknown) => {
      process.stdout.write(`${seconds(from)}  FAILED  ${name}\n`);
      throw error;
    });
    process.stdout.write(`${seconds(from)}  ok      ${name}: ${outcome}\n`);
  };
  // A step that waits for an answer need not be waited for.
  const step: Step = (name, body) => timed(name, () => Promise.race([body(), interruption]));
  const project = join(workDir, 'project');
  let bin = '';
  let emulator: Emulator | undefined;
  try {
    await timed('prepare', async () => {
      for (const stack of stacks) {
        const missing = await missingCompiler(STACKS[stack]);
        if (missing !== undefined)
          throw new RehearsalUsageError(`--stack ${stack} cannot run here: ${missing}`);
      }
      bin = await ensurePython(ROOT, join(import.meta.dirname, 'requirements.txt'), run);
      await copyProject(ROOT, project, Object.values(STACKS));
      return 'emulator installed, project copied';
    });
    await timed('start the emulator', async () => {
      emulator = await startEmulator(bin, join(ROOT, 'node_modules/.bin'), workDir, signal);
      return emulator.endpoint;
    });
    const endpoint = emulator?.endpoint ?? '';
    const before = await inventory(endpoint);
    const read = (name: string) => readFile(join(ROOT, 'docs', name), 'utf8');
    await createPolicy(endpoint, BOUNDARY, await read('function-boundary.json'));
    const [deployer, measurer] = await Promise.all(
      [DEPLOYER, MEASURER].map(async (who) =>
        createUser(endpoint, who, await read(`${who.replace('sheep-shed-', '')}-policy.json`)),
      ),
    );
    if (deployer === undefined || measurer === undefined) throw new Error('the users were not made');
    const rehearsals = stacks.map((stack) => ({
      stack,
      root: ROOT,
      workDir,
      project,
      endpoint,
      deployer,
      measurer,
      run,
      step,
    }));
    const [first] = rehearsals;
    if (withPortraits) {
      await addPolicy(endpoint, DEPLOYER, PORTRAITS_POLICY, await read('deployer-portraits-policy.json'));
    }
    for (const one of rehearsals) await (withPortraits ? rehearsePortraits(one) : rehearseStack(one));
    if (!withPortraits && first !== undefined) await rehearseAgents(first);
    for (const one of rehearsals) await (withPortraits ? removePortraits(one) : removeStack(one));
    await step('nothing is left', async () => {
      const left = (await inventory(endpoint)).filter((name) => !before.includes(name));
      if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
      return 'buckets, queues, functions, event sources, roles, tables, log groups, APIs, query definitions, stacks';
    });
  } finally {
    await emulator?.close();
  }
  process.stdout.write(`${seconds(began)}  all     the rehearsal of ${stacks.join(', ')} held\n`);
}

function seconds(from: number): string {
  return `${((Date.now() - from) / 1000).toFixed(1).padStart(6)} s`;
}

function tail(text: string): string {
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
