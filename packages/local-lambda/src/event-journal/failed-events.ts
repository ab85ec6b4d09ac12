import type { EventConclusion } from '../destinations/record.ts';
import type { QueuedEvent } from '../lambda-api/event-queue.ts';
import type { AcceptedEvent, EventFailure } from './event-journal.ts';
import type { Journal } from './journal.ts';

/** An event that failed for good, as a list shows it. */
export interface FailedEvent extends EventFailure {
  readonly functionName: string;
  readonly functionArn: string;
  readonly requestId: string;
  readonly attempts: number;
}

/** The platform's own list of events that failed and that no destination got; it is part of the journal. */
export interface FailedEvents {
  keep(event: QueuedEvent, conclusion: EventConclusion, timeMs: number): void;
  /** The oldest first. */
  list(functionName?: string): readonly FailedEvent[];
}

const MAX_FAILED = 10_000;
const MAX_FAILED_BYTES = 67_108_864;
const MAX_MESSAGE = 1_000;

/** Makes the list; without a journal it stays empty. @param onNotice hears when the oldest have no more room. */
export function createFailedEvents(
  journal: Journal<AcceptedEvent> | undefined,
  onNotice: (message: string) => void,
): FailedEvents {
  let isTold = false;

  function all(): AcceptedEvent[] {
    return [...(journal?.entries.values() ?? [])].filter(({ failure }) => failure !== undefined);
  }

  /** How many there are, and their bytes; counted once, then kept. */
  let count = 0;
  let bytes = 0;
  for (const { event } of all()) {
    count += 1;
    bytes += event.invocation.payload.length;
  }

  function dropOldest(): void {
    const failed = all();
    count = failed.length;
    bytes = failed.reduce((sum, { event }) => sum + event.invocation.payload.length, 0);
    for (const { event } of failed) {
      if (count <= MAX_FAILED && bytes <= MAX_FAILED_BYTES) return;
      count -= 1;
      bytes -= event.invocation.payload.length;
      journal?.remove(event.invocation.requestId);
      if (!isTold) {
        onNotice(
          `more than ${MAX_FAILED} failed events or 64 MB of them: the oldest are dropped, their records are in the log`,
        );
      }
      isTold = true;
    }
  }

  return {
    keep: ({ invocation }, { condition, attempts, outcome: { errorType, payload } }, timeMs) => {
      const errorMessage = messageOf(payload)?.slice(0, MAX_MESSAGE);
      const failure = { condition, errorType, errorMessage, timeMs };
      journal?.change(invocation.requestId, { attempts, failure });
      count += 1;
      bytes += invocation.payload.length;
      if (count > MAX_FAILED || bytes > MAX_FAILED_BYTES) dropOldest();
    },
    list: (functionName) =>
      all().flatMap(({ event, attempts, failure }) =>
        failure === undefined || (functionName !== undefined && event.functionName !== functionName)
          ? []
          : [
              {
                functionName: event.functionName,
                functionArn: event.functionArn,
                requestId: event.invocation.requestId,
                attempts,
                ...failure,
              },
            ],
      ),
  };
}

/** What a function fails with need not be JSON. */
function messageOf(payload: Buffer): string | undefined {
  const text = payload.toString('utf8');
  try {
    const { errorMessage } = Object(JSON.parse(text)) as { errorMessage?: unknown };
    return errorMessage === undefined ? undefined : String(errorMessage);
  } catch {
    return text;
  }
}
