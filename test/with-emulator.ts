/** One emulator of S3, SQS and DynamoDB for the tests of a file; `npm run test:queues` runs those that need it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { REGION, startEmulator } from '../rehearsal/emulator.ts';
import { ensurePython } from '../rehearsal/python-environment.ts';
import { runUntil } from '../rehearsal/run.ts';

const ROOT = join(import.meta.dirname, '..');
const START_LIMIT_MS = 300_000;

/** What an adapter to AWS is given to find the emulator. */
export interface EmulatorPlace {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: () => { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Starts MiniStack; it ends with the tests of the file. Or takes the one that `SHEEP_SHED_EMULATOR` names, as
 * `npm run test:queues` has it: one for all files.
 */
export async function withEmulator(): Promise<EmulatorPlace> {
  const credentials = () => ({ accessKeyId: 'test', secretAccessKey: 'test' });
  const shared = process.env['SHEEP_SHED_EMULATOR'];
  if (shared !== undefined) return { endpoint: shared, region: REGION, credentials };
  const { endpoint, close } = await startTestEmulator();
  after(close);
  return { endpoint, region: REGION, credentials };
}

/** Starts MiniStack in a temporary folder. */
export async function startTestEmulator(): Promise<{
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}> {
  const signal = AbortSignal.timeout(START_LIMIT_MS);
  const bin = await ensurePython(ROOT, join(ROOT, 'rehearsal/requirements.txt'), runUntil(signal));
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
