import { createdObjects } from '../../domain/created-objects.ts';
import { ShedError } from '../../domain/errors.ts';
import type { FlockContext } from '../../domain/flock.ts';
import { REPORT_SUFFIX } from '../../domain/flock-report.ts';
import { importFlock } from '../../domain/import-flock.ts';
import type { ObjectAddress } from '../../domain/objects.ts';

/** What became of the files of an event. */
export interface FlockResult {
  readonly files: readonly {
    readonly key: string;
    readonly outcome: 'complete' | 'paused' | 'gone' | 'refused';
    readonly added?: number;
    readonly refused?: number;
  }[];
}

/**
 * Brings the sheep of the CSV files that the event names into the shed: a notification of S3, or
 * `{"bucket":"…","key":"…"}`. What no repetition mends goes to the dead letters with its reason; what could not be
 * ended in time goes on in another event.
 * @throws what is worth another try.
 */
export async function run(event: unknown, context: FlockContext): Promise<FlockResult> {
  const files: FlockResult['files'][number][] = [];
  const failures: unknown[] = [];
  for (const address of await addressesOf(event, context)) {
    const { key } = address;
    try {
      const { kind: outcome, ...counts } = await importFlock(address, context);
      if (outcome === 'paused') await context.flock.queue.send({ body: JSON.stringify(address) });
      if (outcome === 'gone') context.log.warn(`${key} is not there any more`, { ...address });
      files.push({ key, outcome, ...counts });
    } catch (error) {
      if (error instanceof ShedError && error.code === 'INVALID_INPUT') {
        await refuse(address, error, context);
        files.push({ key, outcome: 'refused' });
      } else failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return { files };
}

/** The body of a letter is an event, so that it can be sent back to the queue as it is. */
async function refuse(body: unknown, { code, message }: ShedError, context: FlockContext): Promise<void> {
  const attributes = { reason: message, code, requestId: context.requestId };
  await context.flock.deadLetters.send({ body: JSON.stringify(body), attributes });
  context.log.warn(`a flock goes to the dead letters: ${message}`, { code, event: body });
}

async function addressesOf(event: unknown, context: FlockContext): Promise<readonly ObjectAddress[]> {
  try {
    // A report lies beside its file, and so has events too.
    return createdObjects(event).filter(({ key }) => !key.endsWith(REPORT_SUFFIX));
  } catch (error) {
    if (!(error instanceof ShedError)) throw error;
    await refuse(event ?? null, error, context);
    return [];
  }
}
