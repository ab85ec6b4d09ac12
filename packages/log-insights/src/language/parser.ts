import { isReserved, parseExpression, parseField } from './expressions.ts';
import { closest, QueryError } from './query-error.ts';
import {
  type Command,
  type Field,
  fieldName,
  type Item,
  type ParseCommand,
  type Query,
  type SortKey,
} from './syntax.ts';
import { type TokenStream, tokenStream } from './token-stream.ts';

/** Longest query text that CloudWatch accepts, in characters (StartQuery, `queryString`). */
export const MAX_QUERY_LENGTH = 10_000;
/** Largest number that `limit` accepts, and the limit of a query without one. */
export const MAX_ROWS = 10_000;

const COMMANDS: Readonly<Record<string, (tokens: TokenStream, start: number) => Command>> = {
  fields: (tokens, start) => ({ kind: 'fields', items: parseItems(tokens), span: until(tokens, start) }),
  display: (tokens, start) => ({ kind: 'display', items: parseItems(tokens), span: until(tokens, start) }),
  filter: (tokens, start) => ({
    kind: 'filter',
    condition: parseExpression(tokens),
    span: until(tokens, start),
  }),
  stats: parseStats,
  sort: (tokens, start) => ({ kind: 'sort', keys: parseSortKeys(tokens), span: until(tokens, start) }),
  limit: parseLimit,
  dedup: (tokens, start) => ({ kind: 'dedup', fields: parseDedup(tokens), span: until(tokens, start) }),
  parse: parseParse,
};

const UNSUPPORTED: Readonly<Record<string, string>> = {
  pattern: 'it needs the machine learning of CloudWatch',
  anomaly: 'it needs the machine learning of CloudWatch',
  diff: 'it needs the machine learning of CloudWatch',
  unmask: 'local logs have no masked data',
  source: 'choose log groups with --group',
  filterindex: 'local logs have no field indexes',
  join: 'joins are not evaluated here',
  subquery: 'sub-queries are not evaluated here',
  lookup: 'local logs have no lookup tables',
  unnest: 'lists are not unnested here',
  json: 'use jsonParse',
  head: 'use limit',
  tail: 'use sort and limit',
  select: 'OpenSearch SQL is not evaluated here',
  where: 'OpenSearch PPL is not evaluated here; use filter',
  eval: 'OpenSearch PPL is not evaluated here; use fields',
};

/** Parses a query of CloudWatch Logs Insights; throws a QueryError that points at the fault. */
export function parseQuery(source: string): Query {
  if (source.length > MAX_QUERY_LENGTH) {
    const span = { start: MAX_QUERY_LENGTH, end: source.length };
    throw new QueryError(
      `The query has ${source.length} characters; at most ${MAX_QUERY_LENGTH} are allowed`,
      span,
    );
  }
  const tokens = tokenStream(source);
  if (tokens.peek().kind === 'end') {
    throw new QueryError('The query is empty: it needs at least one command', { start: 0, end: 1 });
  }
  const commands: Command[] = [];
  do commands.push(parseCommand(tokens));
  while (tokens.takeSymbol('|'));
  if (tokens.peek().kind !== 'end') return tokens.unexpected('"|" or the end of the query');
  return { source, commands };
}

function parseCommand(tokens: TokenStream): Command {
  const token = tokens.peek();
  if (token.kind !== 'path' || token.word === undefined) return tokens.unexpected('a command');
  const word = token.word.toLowerCase();
  const parse = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (parse !== undefined) {
    tokens.next();
    return parse(tokens, token.start);
  }
  if (Object.hasOwn(UNSUPPORTED, word)) {
    throw new QueryError(
      `The command ${token.word} is not supported by this evaluator: ${UNSUPPORTED[word]}`,
      token,
    );
  }
  const near = closest(word, Object.keys(COMMANDS));
  const hint =
    near === undefined ? `use one of ${Object.keys(COMMANDS).join(', ')}` : `did you mean ${near}?`;
  throw new QueryError(`Unknown command ${token.word}; ${hint}`, token);
}

function parseItems(tokens: TokenStream): readonly Item[] {
  const items: Item[] = [];
  do {
    const expression = parseExpression(tokens);
    const alias = tokens.takeWord('as') ? parseAlias(tokens) : undefined;
    items.push({ expression, alias, span: until(tokens, expression.span.start) });
  } while (tokens.takeSymbol(','));
  return items;
}

function parseAlias(tokens: TokenStream): string {
  return fieldName(parseField(tokens));
}

function parseStats(tokens: TokenStream, start: number): Command {
  const aggregates = parseItems(tokens);
  const by = tokens.takeWord('by') ? parseItems(tokens) : [];
  return { kind: 'stats', aggregates, by, span: until(tokens, start) };
}

function parseSortKeys(tokens: TokenStream): readonly SortKey[] {
  const keys: SortKey[] = [];
  do {
    const expression = parseExpression(tokens);
    const descending = tokens.takeWord('desc');
    if (!descending) tokens.takeWord('asc');
    keys.push({ expression, descending });
  } while (tokens.takeSymbol(','));
  return keys;
}

function parseLimit(tokens: TokenStream, start: number): Command {
  const token = tokens.peek();
  if (token.kind !== 'number') return tokens.unexpected(`a whole number from 1 to ${MAX_ROWS}`);
  const { value } = token;
  if (!Number.isInteger(value) || value < 1 || value > MAX_ROWS) {
    throw new QueryError(`limit takes a whole number from 1 to ${MAX_ROWS}, not ${value}`, token);
  }
  tokens.next();
  return { kind: 'limit', count: value, span: until(tokens, start) };
}

function parseDedup(tokens: TokenStream): readonly Field[] {
  const fields: Field[] = [];
  do fields.push(parseField(tokens));
  while (tokens.takeSymbol(','));
  return fields;
}

function parseParse(tokens: TokenStream, start: number): ParseCommand {
  const token = tokens.peek();
  const subject = token.kind === 'path' && !isReserved(token.word) ? parseField(tokens) : undefined;
  const pattern = parsePattern(tokens);
  const aliases: string[] = [];
  if (tokens.takeWord('as')) {
    do aliases.push(parseAlias(tokens));
    while (tokens.takeSymbol(','));
  }
  const mode = tokens.peek();
  if (tokens.atWord('multi')) {
    throw new QueryError('The multi-match mode of parse is not supported by this evaluator', mode);
  }
  const stars = pattern.kind === 'glob' ? pattern.text.split('*').length - 1 : undefined;
  if (stars !== undefined && stars !== aliases.length) {
    throw new QueryError(
      `The pattern has ${stars} "*", but ${aliases.length} names follow "as"`,
      pattern.span,
    );
  }
  return { kind: 'parse', subject, pattern, aliases, span: until(tokens, start) };
}

function parsePattern(tokens: TokenStream): ParseCommand['pattern'] {
  const token = tokens.peek();
  if (token.kind === 'string') {
    tokens.next();
    return { kind: 'glob', text: token.value, span: { start: token.start, end: token.end } };
  }
  if (tokens.atSymbol('/')) {
    const { source, start, end } = tokens.regex();
    return { kind: 'regex', source, span: { start, end } };
  }
  if (tokens.atWord('logfmt') || tokens.atWord('csv')) {
    throw new QueryError(`The logfmt and csv modes of parse are not supported by this evaluator`, token);
  }
  return tokens.unexpected('a "pattern" with * or a /regular expression/');
}

function until(tokens: TokenStream, start: number): { start: number; end: number } {
  return { start, end: tokens.position() };
}
