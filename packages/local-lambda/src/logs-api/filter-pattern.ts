import { jsonFilter } from './json-pattern.ts';
import { invalid, type LogsError } from './logs-error.ts';

/** Whether a log event's message passes. */
export type MessageFilter = (message: string) => boolean;

const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s"%]+))/y;

/**
 * Understands a filter pattern: terms that must all be there (`ERROR`, `"exact phrase"`), one of those with `?`, none of
 * those with `-`, regular expressions between `%`, or a condition on JSON in braces. As on AWS, terms with `?` beside
 * others say nothing.
 * @throws LogsError naming what is not understood; patterns in square brackets, of fields between spaces, are not.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function parseFilterPattern(pattern: string): MessageFilter {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return jsonFilter(text);
  if (text.startsWith('[')) {
    throw invalid(
      `filterPattern: fields between spaces ([ip, user, …]) are not supported here, only terms and { $.field = value }: ${text}`,
    );
  }
  const terms = termsOf(text);
  const of = (sign: string) => terms.filter((term) => term.sign === sign).map(({ test }) => test);
  const [all, some, none] = [of(''), of('?'), of('-')];
  if (all.length === 0 && none.length === 0) return (message) => some.some((test) => test(message));
  return (message) => all.every((test) => test(message)) && !none.some((test) => test(message));
}

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

function termsOf(text: string): { readonly sign: string; readonly test: MessageFilter }[] {
  const terms: { sign: string; test: MessageFilter }[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const at = TERM.lastIndex;
    const [whole, sign = '', phrase, regex, word] = TERM.exec(text) ?? [];
    if (whole === undefined) throw unknownTerm(text.slice(at).trim());
    if (word !== undefined && !/^[\p{L}\p{N}_]+$/u.test(word)) throw unknownTerm(word);
    const literal = word ?? phrase?.replaceAll(/\\(.)/g, '$1') ?? '';
    terms.push({
      sign,
      test: regex === undefined ? (message) => message.includes(literal) : regexTest(regex),
    });
  }
  return terms;
}

function unknownTerm(term: string): LogsError {
  return invalid(
    `Invalid character(s) in term '${term}': put what is more than letters, digits and _ between double quotes`,
  );
}
