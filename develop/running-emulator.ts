import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, REGION, startEmulator } from '../rehearsal/emulator.ts';
import { ensurePython, isAlive } from '../rehearsal/python-environment.ts';
import { runUntil } from '../rehearsal/run.ts';

const ROOT = join(import.meta.dirname, '..');
const REQUIREMENTS = join(ROOT, 'rehearsal/requirements.txt');

/** Where `npm run emulator` says that it runs. */
const RUNNING = join(ROOT, '.cache/emulator.json');

/** The key of the emulator's root user; no real account knows it. */
export const EMULATOR_KEY = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Where the emulator's resources are. */
export const EMULATOR_REGION = REGION;

/** The address of the emulator that `npm run emulator` runs; `undefined` when it does not run. */
export async function runningEmulator(): Promise<string | undefined> {
  const text = await readFile(RUNNING, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { pid, endpoint } = JSON.parse(text) as { pid: number; endpoint: string };
  return isAlive(pid) ? endpoint : undefined;
}

/** Tells others on this machine where the emulator of this process is. @returns what takes it back. */
export async function announce(endpoint: string): Promise<() => Promise<void>> {
  await writeFile(RUNNING, JSON.stringify({ pid: process.pid, endpoint }));
  return () => rm(RUNNING, { force: true });
}

/**
 * Starts MiniStack, which ends with this process, and its data with it.
 * @param say hears of what takes long: the first start installs it.
 * @throws RehearsalUsageError when Python or the packages are missing.
 */
export async function startOwnEmulator(say: (text: string) => void, signal: AbortSignal): Promise<Emulator> {
  const slow = setTimeout(() => {
    say('installing the emulator of S3, SQS and DynamoDB (MiniStack) into .cache: once, about a minute');
  }, 500);
  const bin = await ensurePython(ROOT, REQUIREMENTS, runUntil(signal)).finally(() => clearTimeout(slow));
  const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-emulator-'));
  const emulator = await startEmulator(bin, join(ROOT, 'node_modules/.bin'), folder, signal);
  return {
    endpoint: emulator.endpoint,
    close: async () => {
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
