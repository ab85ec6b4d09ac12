import { RE2JS } from 're2js';
import { QueryError } from '../language/query-error.ts';
import type { Span } from '../language/syntax.ts';

/** A compiled regular expression that takes time linear in the length of the text, whatever the pattern. */
export interface Regex {
  /** Names of the groups by their number, which starts at 1; undefined for a group without name. */
  readonly groups: readonly (string | undefined)[];
  test(text: string): boolean;
  /** Returns the groups of the first match in order, null for a group that took no part; or null without a match. */
  match(text: string): readonly (string | null)[] | null;
  /** Replaces every match; `$1` and `${name}` stand for groups, as in RE2. */
  replaceAll(text: string, replacement: string): string;
}

const PLAIN = /^[A-Za-z0-9 _:;,<>=@#%&"'~!-]+$/;

/**
 * Compiles the pattern of a query with RE2 (the syntax that CloudWatch documents for `regexReplace`); throws a QueryError
 * at `span` for what RE2 lacks: look-around and back-references.
 */
export function compileRegex(source: string, span: Span): Regex {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    throw new QueryError(`The regular expression is not valid in RE2: ${reason}`, span);
  }
  const groups: (string | undefined)[] = new Array<string | undefined>(compiled.groupCount()).fill(undefined);
  for (const [name, index] of Object.entries(compiled.namedGroups() as Record<string, number>)) {
    groups[index - 1] = name;
  }
  const literal = PLAIN.test(source);
  return {
    groups,
    test: literal ? (text) => text.includes(source) : (text) => compiled.test(text),
    match(text) {
      const matcher = compiled.matcher(text);
      return matcher.find() ? groups.map((_, index) => matcher.group(index + 1) ?? null) : null;
    },
    replaceAll: (text, replacement) => compiled.matcher(text).replaceAll(replacement),
  };
}

/**
 * Compiles a glob of `parse`: literal text with `*` for each value. A value is the shortest text up to the next literal;
 * a `*` at the end takes the rest. The match takes time linear in the text for a glob of fixed length.
 */
export function compileGlob(glob: string): (text: string) => readonly string[] | null {
  const [head = '', ...literals] = glob.split('*');
  return (text) => {
    const found = text.indexOf(head);
    if (found === -1) return null;
    let at = found + head.length;
    const values: string[] = [];
    for (const [index, literal] of literals.entries()) {
      const last = index === literals.length - 1;
      const next = literal === '' ? (last ? text.length : at) : text.indexOf(literal, at);
      if (next === -1) return null;
      values.push(text.slice(at, next));
      at = next + literal.length;
    }
    return values;
  };
}
