import { type QueryResult, startQuery, type Window } from '../src/evaluate/run.ts';

/** An event of a test; its time is in milliseconds since the epoch. */
export interface TestEvent {
  readonly message: string;
  readonly timestamp?: number;
}

const ALWAYS: Window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
export const NOW = Date.UTC(2026, 0, 31, 12, 34, 56, 789);

/** Runs a query on events of one log group. */
export function runEvents(query: string, events: readonly TestEvent[], window: Window = ALWAYS): QueryResult {
  const running = startQuery(query, window, NOW);
  running.stream('000000000000:/aws/lambda/test', 'stream');
  for (const { message, timestamp = NOW } of events) {
    running.chunk({ text: message, bytes: null });
    running.event(0, message.length, timestamp, Number.NaN);
  }
  return running.finish();
}

/** Evaluates one expression on one event. */
export function evaluate(
  expression: string,
  message = '',
  timestamp = NOW,
): string | number | null | undefined {
  return runEvents(`fields ${expression} as result | display result`, [{ message, timestamp }]).rows[0]?.[0];
}
