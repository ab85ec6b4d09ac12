import { jsonFilter } from './json-pattern.ts';
import { invalid } from './logs-error.ts';
import { type MessageFilter, regexTest, unknownTerm } from './regex-term.ts';

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
