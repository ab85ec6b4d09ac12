import { Readable } from 'node:stream';
import type { InvocationOutcome } from '../environments/invocation.ts';
import { TRUNCATED } from '../environments/outcome.ts';
import type { StreamedAnswer } from '../environments/streamed-answer.ts';
import { encodeEvent } from './event-stream.ts';

/** The type of an answer that {@link responseEvents} makes. */
export const EVENT_STREAM_TYPE = 'application/vnd.amazon.eventstream';

const BYTES = 'application/octet-stream';
const JSON_TYPE = 'application/json';
/** What ends a process ends its response too, which is what the caller is told. */
const ENDS_OF_PROCESS: readonly string[] = ['Runtime.ExitError', 'Runtime.OutOfMemory'];

/**
 * Makes the events of an answer, as they come: a `PayloadChunk` for each piece, then `InvokeComplete`.
 * @param logTail the log in base64, once the invocation is over, for who asked for it.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
 */
export function responseEvents(answer: StreamedAnswer, logTail: () => string | undefined): Readable {
  const stream = Readable.from(events(answer, logTail), { objectMode: false });
  // A generator that was never begun lets go of nothing.
  return stream.once('close', () => answer.kind === 'stream' && answer.pieces.destroy());
}

async function* events(
  answer: StreamedAnswer,
  logTail: () => string | undefined,
): AsyncGenerator<Buffer, void> {
  if (answer.kind === 'whole') {
    const { payload, errorType } = answer.outcome;
    if (errorType === undefined) yield encodeEvent('PayloadChunk', BYTES, payload);
    yield complete(answer.outcome, 'Unhandled', logTail());
    return;
  }
  for await (const piece of answer.pieces) yield encodeEvent('PayloadChunk', BYTES, piece as Buffer);
  const outcome = await answer.outcome;
  const { errorType = '' } = outcome;
  yield complete(outcome, ENDS_OF_PROCESS.includes(errorType) ? TRUNCATED : errorType, logTail());
}

function complete({ errorType, payload }: InvocationOutcome, code: string, log: string | undefined): Buffer {
  const event = {
    ...(errorType !== undefined && { ErrorCode: code, ErrorDetails: payload.toString('utf8') }),
    ...(log !== undefined && { LogResult: log }),
  };
  return encodeEvent('InvokeComplete', JSON_TYPE, Buffer.from(JSON.stringify(event)));
}
