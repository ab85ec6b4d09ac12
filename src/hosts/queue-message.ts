import type { ErrorCode } from '../domain/errors.ts';
import { ShedError } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { readJson } from './exact-json.ts';

/** What a message asks for. */
export interface MessageCall {
  readonly functionName: string;
  readonly event: unknown;
}

const FORM = 'a JSON object such as {"function":"get-cat","event":{"m":1,"n":2}}';
const QUOTED_LENGTH = 80;

/**
 * Reads the body of a message of a queue.
 * @param bound the function that all messages of the queue are for: the body is its event, in JSON. Without it the
 * body names the function: `{"function":"get-cat","event":{"m":1,"n":2}}`; without an event the function gets `{}`.
 * @throws ShedError `INVALID_INPUT` that says what the body must be, and what it is.
 */
export function readMessage(body: string, bound: string | undefined): MessageCall {
  const value = parse(body, bound === undefined ? FORM : `the event of ${bound} in JSON`);
  if (bound !== undefined) return { functionName: bound, event: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(FORM, body);
  const { function: functionName, event = {}, ...others } = value as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrong(`${FORM} without ${JSON.stringify(cut(other))}`, body);
  if (typeof functionName !== 'string') throw wrong(`${FORM}, with the name of a function`, body);
  return { functionName, event };
}

/**
 * Logs why the call of a message failed: shown if it is explained, else whole.
 * @returns the error's code.
 */
export function logFailure(error: unknown, messageId: string, log: Log): ErrorCode {
  if (error instanceof ShedError && error.code !== 'INTERNAL_ERROR') {
    const { code, message } = error;
    log.warn(`message ${messageId} goes back to the queue: ${message}`, { messageId, code });
    return code;
  }
  log.error(`message ${messageId} goes back to the queue: its call failed for an unexpected reason`, {
    messageId,
    error,
  });
  return 'INTERNAL_ERROR';
}

function parse(body: string, form: string): unknown {
  try {
    return readJson(body);
  } catch {
    throw wrong(form, body);
  }
}

function wrong(form: string, body: string): ShedError {
  return new ShedError(
    'INVALID_INPUT',
    `the body of a message must be ${form}; got ${JSON.stringify(cut(body))}`,
  );
}

/** By code points: a cut through a surrogate pair would not be valid text. */
function cut(text: string): string {
  const letters = Array.from(text.slice(0, 2 * QUOTED_LENGTH + 2));
  return letters.length > QUOTED_LENGTH ? `${letters.slice(0, QUOTED_LENGTH).join('')}…` : text;
}
