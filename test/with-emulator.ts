/** One emulator of S3, SQS and DynamoDB for the tests of a file; `npm run test:queues` runs those that need it. */
import { after } from 'node:test';
import { EMULATOR_KEY, EMULATOR_REGION, startOwnEmulator } from '../develop/running-emulator.ts';
import type { Emulator } from '../rehearsal/emulator.ts';

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
  const credentials = () => EMULATOR_KEY;
  const shared = process.env['SHEEP_SHED_EMULATOR'];
  if (shared !== undefined) return { endpoint: shared, region: EMULATOR_REGION, credentials };
  const { endpoint, close } = await startTestEmulator();
  after(close);
  return { endpoint, region: EMULATOR_REGION, credentials };
}

/** Starts MiniStack in a temporary folder. */
export function startTestEmulator(): Promise<Emulator> {
  return startOwnEmulator(() => undefined, AbortSignal.timeout(START_LIMIT_MS));
}
