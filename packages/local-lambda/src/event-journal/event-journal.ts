import type { EventConclusion } from '../destinations/record.ts';
import type { QueuedEvent } from '../lambda-api/event-queue.ts';
import { type Journal, openJournal } from './journal.ts';

/** An event that was accepted, with what became of it so far. */
export interface AcceptedEvent {
  readonly event: QueuedEvent;
  /** When it was accepted, in ms since the epoch. */
  readonly queuedMs: number;
  /** How often it was tried. */
  readonly attempts: number;
  /** How long it would have waited on AWS by now, in ms. */
  readonly waitedMs: number;
  /** When it is tried again, in ms since the epoch. */
  readonly dueMs: number;
  /** Set once nothing more is tried, and nobody else got it. */
  readonly failure: EventFailure | undefined;
}

/** Why an event failed for good. */
export interface EventFailure {
  readonly condition: EventConclusion['condition'];
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
  /** In ms since the epoch. */
  readonly timeMs: number;
}

/** What an accepted event is in the file. */
interface Stored {
  readonly functionName: string;
  readonly functionArn: string;
  readonly version?: string | undefined;
  readonly hops?: number | undefined;
  readonly requestId: string;
  readonly traceId: string;
  readonly clientContext?: string | undefined;
  readonly qualifier?: string | undefined;
  /** In base64: not every payload is text. */
  readonly payload: string;
  readonly queuedMs: number;
  readonly attempts: number;
  readonly waitedMs: number;
  readonly dueMs: number;
  readonly failure?: EventFailure | null;
}

/** Of an event beside its payload, about. */
const ENTRY_BYTES = 600;

/** Opens the journal of asynchronous invocations in a folder. @param onNotice hears of damaged records. */
export function openEventJournal(
  folder: string,
  onNotice: (message: string) => void,
): Promise<Journal<AcceptedEvent>> {
  const sizeOf = ({ event }: AcceptedEvent): number =>
    ENTRY_BYTES + Math.ceil(event.invocation.payload.length / 3) * 4;
  return openJournal<AcceptedEvent>(
    folder,
    { encode, decode: (value) => decode(value as Stored), sizeOf },
    onNotice,
  );
}

function encode({ event, ...progress }: Partial<AcceptedEvent>): object {
  const { failure, ...counts } = progress;
  const own = 'failure' in progress ? { ...counts, failure: failure ?? null } : counts;
  if (event === undefined) return own;
  const { functionName, functionArn, version, hops, invocation } = event;
  const { requestId, traceId, clientContext, qualifier, payload } = invocation;
  const called = { functionName, functionArn, version, hops };
  return {
    ...called,
    requestId,
    traceId,
    clientContext,
    qualifier,
    payload: payload.toString('base64'),
    ...own,
  };
}

function decode(stored: Stored): AcceptedEvent {
  const { functionName, functionArn, version, hops, queuedMs, attempts, waitedMs, dueMs, failure } = stored;
  const { requestId, traceId, clientContext, qualifier, payload } = stored;
  return {
    event: {
      functionName,
      functionArn,
      ...(version !== undefined && { version }),
      ...(hops !== undefined && { hops }),
      invocation: {
        requestId,
        traceId,
        clientContext,
        qualifier,
        payload: Buffer.from(payload, 'base64'),
        onLogLine: undefined,
      },
    },
    queuedMs,
    attempts,
    waitedMs,
    dueMs,
    failure: failure ?? undefined,
  };
}
