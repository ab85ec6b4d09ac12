import { ShedError } from './errors.ts';

const QUOTED_LENGTH = 40;

/** Says of a field what was given and what is allowed, as the one wording that every stack uses. */
export function invalidInput(field: string, allowed: string, given: unknown): ShedError {
  return new ShedError('INVALID_INPUT', `${field} must be ${allowed}; got ${quote(given)}`);
}

/**
 * Reads a whole number of at most 15 digits, so that it is exact as a `number`.
 * @throws ShedError `INVALID_INPUT` naming the field, its range and the value.
 */
export function parseWholeNumber(field: string, given: unknown): number {
  if (typeof given === 'string' && /^[0-9]{1,15}$/.test(given)) return Number(given);
  throw invalidInput(field, 'a whole number of 1 to 15 digits, given once', given);
}

/** The field of an event that may be anything; `undefined` when it is not there. */
export function fieldOf(event: unknown, field: string): unknown {
  return typeof event === 'object' && event !== null && Object.hasOwn(event, field)
    ? (event as Record<string, unknown>)[field]
    : undefined;
}

function quote(given: unknown): string {
  if (given === undefined || given === null) return 'nothing';
  // By code points, as other languages count: a cut through a surrogate pair would not be valid JSON text.
  const letters = Array.from(String(given));
  const text = letters.slice(0, QUOTED_LENGTH).join('');
  return JSON.stringify(letters.length > QUOTED_LENGTH ? `${text}…` : text);
}
