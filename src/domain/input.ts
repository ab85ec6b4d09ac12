import { ShedError } from './errors.ts';

const QUOTED_LENGTH = 40;

/** Says of a field what was given and what is allowed, as the one wording that every stack uses. */
export function invalidInput(field: string, allowed: string, given: unknown): ShedError {
  return new ShedError('INVALID_INPUT', `${field} must be ${allowed}; got ${quote(given)}`);
}

/**
 * The digits of a field that may be a text, as in HTTP, or a whole number, as in JSON; `undefined`: it is neither.
 * A `number` beyond 2^53 is neither: some of its digits are lost, which is why hosts read it as a `bigint`.
 */
export function digitsOf(given: unknown): string | undefined {
  if (typeof given === 'string') return given;
  return typeof given === 'bigint' || Number.isSafeInteger(given) ? String(given) : undefined;
}

/**
 * Reads a whole number of at most 15 digits, so that it is exact as a `number`.
 * @throws ShedError `INVALID_INPUT` naming the field, its range and the value.
 */
export function parseWholeNumber(field: string, given: unknown): number {
  const digits = digitsOf(given);
  if (digits !== undefined && /^[0-9]{1,15}$/.test(digits)) return Number(digits);
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
  if (typeof given === 'object') return Array.isArray(given) ? 'a list' : 'an object';
  if (typeof given === 'number') return String(given);
  // By code points, as other languages count: a cut through a surrogate pair would not be valid JSON text.
  const letters = Array.from(String(given));
  const text = letters.slice(0, QUOTED_LENGTH).join('');
  const shown = letters.length > QUOTED_LENGTH ? `${text}…` : text;
  return typeof given === 'bigint' ? shown : JSON.stringify(shown);
}
