import { Readable } from 'node:stream';
import type { Invocation, InvocationOutcome } from './invocation.ts';
import type { Pool } from './pool-options.ts';

/** What a caller gets who takes a response as it comes. */
export type StreamedAnswer =
  /** The function does not stream, or failed before its first byte. */
  | { readonly kind: 'whole'; readonly outcome: InvocationOutcome }
  | {
      readonly kind: 'stream';
      readonly contentType: string;
      readonly environmentId: string;
      /** The response; destroying it throws the rest away, and the function goes on. */
      readonly pieces: Readable;
      /** How it ended; it never rejects. */
      readonly outcome: Promise<InvocationOutcome>;
    };

/** What is kept of a response for a slow client, in bytes, and a read or two more; then the runtime has to wait. */
const KEPT_BYTES = 65_536;

/** Invokes a function; resolves with the first byte of its response, or with its end. Never rejects. */
export function streamAnswer(pool: Pool, invocation: Omit<Invocation, 'settle'>): Promise<StreamedAnswer> {
  return new Promise((resolve) => {
    let pieces: Readable | undefined;
    let resume: (() => void) | undefined;
    let ended: (outcome: InvocationOutcome) => void = () => undefined;
    const outcome = new Promise<InvocationOutcome>((settle) => {
      ended = settle;
    });
    const goOn = (): void => {
      const waiting = resume;
      resume = undefined;
      waiting?.();
    };
    pool.invoke({
      ...invocation,
      sink: {
        begin: (contentType, environmentId) => {
          pieces = new Readable({
            highWaterMark: KEPT_BYTES,
            read: goOn,
            destroy: (error, done) => {
              goOn();
              done(error);
            },
          });
          resolve({ kind: 'stream', contentType, environmentId, pieces, outcome });
        },
        write: (piece, onResume) => {
          if (pieces === undefined || pieces.destroyed || pieces.push(piece)) return true;
          resume = onResume;
          return false;
        },
      },
      settle: (result) => {
        ended(result);
        if (pieces === undefined) resolve({ kind: 'whole', outcome: result });
        else if (!pieces.destroyed) pieces.push(null);
      },
    });
  });
}

/** Throws a response away that comes too late for its caller. */
export function discard(answer: StreamedAnswer): void {
  if (answer.kind === 'stream') answer.pieces.destroy();
}
