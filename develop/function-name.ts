/** What is wrong with what you asked for, and what is allowed. */
export class DevelopError extends Error {
  override readonly name = 'DevelopError';
}

/** Below the 64 letters of a Lambda's name there is room for service, stage and stack. */
const LONGEST = 30;

/** The names by which a function goes in files, code and templates. */
export interface FunctionNames {
  /** Such as `count-goats`. */
  readonly kebab: string;
  /** Such as `countGoats`. */
  readonly camel: string;
  /** Such as `CountGoats`. */
  readonly pascal: string;
  /** Such as `COUNT_GOATS`. */
  readonly constant: string;
}

/**
 * Checks the name of a new function.
 * @param taken the names that there are.
 * @throws DevelopError that says what a name must be.
 */
export function readFunctionName(given: string, taken: readonly string[]): FunctionNames {
  if (!/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)+$/.test(given) || given.length > LONGEST) {
    throw new DevelopError(
      `the name must be a verb and a noun in small letters, such as count-goats, of at most ${LONGEST} letters; ` +
        `got ${JSON.stringify(given)}`,
    );
  }
  if (taken.includes(given)) throw new DevelopError(`there is a function ${given} already`);
  const words = given.split('-');
  const pascal = words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`).join('');
  return {
    kebab: given,
    camel: `${pascal[0]?.toLowerCase()}${pascal.slice(1)}`,
    pascal,
    constant: words.join('_').toUpperCase(),
  };
}
