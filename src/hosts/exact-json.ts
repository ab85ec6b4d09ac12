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

/** No number of a function has more digits; a `bigint` of a million would take long to read. */
const MOST_DIGITS = 400;

/**
 * Reads JSON; an integer that a `number` cannot hold exactly becomes a `bigint`.
 * @throws SyntaxError
 */
export function readJson(text: string): unknown {
  return JSON.parse(text, exactly);
}

/** Writes JSON; a `bigint` becomes the number that it is, digit by digit. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'bigint' ? JSON.rawJSON(one.toString()) : one,
  );
}

function exactly(_key: string, value: unknown, { source = '' }: { readonly source?: string }): unknown {
  const isInexact = typeof value === 'number' && !Number.isSafeInteger(value);
  return isInexact && source.length <= MOST_DIGITS && /^-?\d+$/.test(source) ? BigInt(source) : value;
}
