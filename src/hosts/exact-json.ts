import { ShedError } from '../domain/errors.ts';

declare global {
  interface JSON {
    /** Missing in TypeScript's library: https://tc39.es/proposal-json-parse-with-source/ */
    rawJSON(text: string): unknown;
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/** Digits of the largest number that a double can hold. */
const MOST_DIGITS = 309;

/** Only where one of these stands can a double differ from the integer that is written. */
const MAY_BE_INEXACT = /[0-9]{16}|[0-9][eE][+]?[0-9]/;

/**
 * Reads JSON. Whole numbers are exact, however they are written (`1.0`, `12e2`): a `number` up to 2^53, a `bigint`
 * beyond. Other numbers are doubles.
 * @throws ShedError `INVALID_INPUT` on what is no JSON, nested too deeply, or has a number of more than 309 digits.
 */
export function readJson(text: string): unknown {
  try {
    if (!MAY_BE_INEXACT.test(text)) return JSON.parse(text);
    return JSON.parse(text, (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined ? exactNumber(value, source) : value,
    );
  } catch (error) {
    if (error instanceof ShedError) throw error;
    const why = error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message;
    throw new ShedError('INVALID_INPUT', `the event must be JSON: ${why}`, { cause: error });
  }
}

/** Writes JSON with each bigint as the number that it is, digit by digit. */
export function writeJson(value: unknown): string {
  try {
    // Without a function that sees every value it takes a fraction of the time, and few results hold a bigint.
    return JSON.stringify(value);
  } catch {
    return JSON.stringify(value, exact);
  }
}

function exact(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? JSON.rawJSON(value.toString()) : value;
}

function exactNumber(value: number, source: string): number | bigint {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(source) ?? [];
  const significant = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  if (digits === '') return value;
  // Zeros behind the digits; below 0 there is a fraction.
  const zeros = Number(exponent) - fraction.length + significant.length - digits.length;
  if (zeros + digits.length > MOST_DIGITS) {
    throw new ShedError('INVALID_INPUT', `a number must have at most ${MOST_DIGITS} digits before the point`);
  }
  if (zeros < 0 || Number.isSafeInteger(value)) return value;
  return BigInt(`${sign}${digits}${'0'.repeat(zeros)}`);
}
