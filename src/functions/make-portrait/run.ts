import type { CallContext } from '../../domain/context.ts';
import { createdObjects } from '../../domain/created-objects.ts';
import { ShedError } from '../../domain/errors.ts';
import type { PortraitMaker } from '../../domain/portrait-maker.ts';
import type { Portraits, Upload } from '../../domain/portraits.ts';
import type { Queue } from '../../domain/queue.ts';

/** What it works on besides. */
export type MakePortraitContext = CallContext & {
  readonly portraits: Portraits;
  readonly maker: PortraitMaker;
  readonly portraitDeadLetters: Queue;
};

/** What became of an upload. */
export interface PortraitOutcome {
  readonly upload: string;
  readonly outcome: 'shown' | 'replaced' | 'refused' | 'gone';
}

/**
 * Makes the portraits of the uploads that an event tells of. What no repetition mends is recorded for the gallery and
 * goes to the dead letters, with its reason. Events may come twice, and at once.
 * @throws what is worth another try.
 */
export async function run(event: unknown, context: MakePortraitContext): Promise<PortraitOutcome[]> {
  const outcomes: PortraitOutcome[] = [];
  for (const upload of await uploadsOf(event, context)) {
    outcomes.push({ upload: upload.id, outcome: await serve(upload, event, context) });
  }
  return outcomes;
}

async function serve(
  upload: Upload,
  event: unknown,
  context: MakePortraitContext,
): Promise<PortraitOutcome['outcome']> {
  const { portraits, maker, log } = context;
  try {
    const image = await portraits.original(upload);
    if (image === undefined) {
      log.warn(`upload ${upload.id} is not there any more: another delivery has dealt with it`);
      return 'gone';
    }
    return (await portraits.keep(upload, await maker.make(image))) ? 'shown' : 'replaced';
  } catch (error) {
    if (!(error instanceof ShedError) || error.code !== 'INVALID_INPUT') throw error;
    await bury(event, error, context);
    await portraits.refuse(upload, error.message);
    return 'refused';
  }
}

async function uploadsOf(event: unknown, context: MakePortraitContext): Promise<readonly Upload[]> {
  try {
    return createdObjects(event).map((address) => {
      const upload = context.portraits.uploadOf(address);
      if (upload !== undefined) return upload;
      throw new ShedError('INVALID_INPUT', `${JSON.stringify(address)} is no upload of a portrait`);
    });
  } catch (error) {
    if (!(error instanceof ShedError)) throw error;
    await bury(event ?? null, error, context);
    return [];
  }
}

/** The body of a dead letter is the event, so that it can be sent back to the queue as it is. */
async function bury(
  event: unknown,
  { code, message }: ShedError,
  context: MakePortraitContext,
): Promise<void> {
  const attributes = { reason: message, code, requestId: context.requestId };
  await context.portraitDeadLetters.send({ body: JSON.stringify(event), attributes });
  context.log.warn(`an upload goes to the dead letters: ${message}`, { code, event });
}
