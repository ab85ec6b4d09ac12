import { invalid, type LogsError } from './logs-error.ts';

/** Whether a log event's message passes. */
export type MessageFilter = (message: string) => boolean;

/** Makes the test of a regular expression, of the few forms that AWS takes. @throws LogsError when it is another. */
export function regexTest(source: string): MessageFilter {
  if (/[()]/.test(source.replaceAll(/\\./g, ''))) throw unknownTerm(source);
  try {
    const regex = new RegExp(source);
    return (message) => regex.test(message);
  } catch {
    throw unknownTerm(source);
  }
}

/** What is said of a term that is not understood. */
export function unknownTerm(term: string): LogsError {
  return invalid(
    `Invalid character(s) in term '${term}': put what is more than letters, digits and _ between double quotes`,
  );
}
