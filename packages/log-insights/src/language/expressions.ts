import { FUNCTIONS, UNSUPPORTED_FUNCTIONS } from './functions.ts';
import { closest, QueryError } from './query-error.ts';
import type { ArithmeticOperator, ComparisonOperator, Expression, Field, Pattern, Span } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

/** Deepest nesting of an expression, a bound that keeps every query within the stack. */
export const MAX_DEPTH = 100;

const COMPARISONS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);
const RESERVED: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'like', 'as', 'by', 'asc', 'desc']);

/** Parses an expression; precedence from loose to tight: or, and, not, comparison, + -, * / %, sign, ^. */
export function parseExpression(tokens: TokenStream, depth = 0): Expression {
  let left = parseAnd(tokens, depth);
  while (tokens.takeWord('or')) {
    const right = parseAnd(tokens, depth);
    left = { kind: 'boolean-operation', operator: 'or', left, right, span: join(left, right) };
  }
  return left;
}

/** Parses the name of a field. */
export function parseField(tokens: TokenStream): Field {
  const token = tokens.peek();
  if (token.kind !== 'path' || isReserved(token.word)) return tokens.unexpected('the name of a field');
  tokens.next();
  return { kind: 'field', path: token.path, span: { start: token.start, end: token.end } };
}

/** Tells whether a word has a meaning of its own in the grammar, so that a field of that name needs back-ticks. */
export function isReserved(word: string | undefined): boolean {
  if (word === undefined) return false;
  const lower = word.toLowerCase();
  return RESERVED.has(lower) || lower === 'true' || lower === 'false';
}

function parseAnd(tokens: TokenStream, depth: number): Expression {
  let left = parseNot(tokens, depth);
  while (tokens.takeWord('and')) {
    const right = parseNot(tokens, depth);
    left = { kind: 'boolean-operation', operator: 'and', left, right, span: join(left, right) };
  }
  return left;
}

function parseNot(tokens: TokenStream, depth: number): Expression {
  const { start, end } = tokens.peek();
  if (!tokens.takeWord('not')) return parseComparison(tokens, depth);
  const operand = parseNot(tokens, deeper(depth, { start, end }));
  return { kind: 'not', operand, span: { start, end: operand.span.end } };
}

function parseComparison(tokens: TokenStream, depth: number): Expression {
  let left = parseSum(tokens, depth);
  for (;;) {
    const next = parseComparisonTail(tokens, left, depth);
    if (next === undefined) return left;
    left = next;
  }
}

function parseComparisonTail(tokens: TokenStream, left: Expression, depth: number): Expression | undefined {
  const token = tokens.peek();
  if (token.kind === 'symbol' && COMPARISONS.has(token.text)) {
    tokens.next();
    const right = parseSum(tokens, depth);
    const operator = token.text as ComparisonOperator;
    return { kind: 'comparison', operator, left, right, span: join(left, right) };
  }
  const negated = tokens.takeWord('not');
  if (tokens.takeSymbol('=~') || tokens.takeWord('like')) return match(left, parsePattern(tokens), negated);
  if (tokens.takeWord('in')) return membership(tokens, left, negated, depth);
  return negated ? tokens.unexpected('"like" or "in" after "not"') : undefined;
}

function match(subject: Expression, pattern: Pattern, negated: boolean): Expression {
  return { kind: 'match', negated, subject, pattern, span: join(subject, pattern) };
}

function parsePattern(tokens: TokenStream): Pattern {
  const token = tokens.peek();
  if (token.kind === 'string') {
    tokens.next();
    return { kind: 'substring', text: token.value, span: { start: token.start, end: token.end } };
  }
  if (!tokens.atSymbol('/')) return tokens.unexpected('a "string" or a /regular expression/');
  const { source, start, end } = tokens.regex();
  return { kind: 'regex', source, span: { start, end } };
}

function membership(tokens: TokenStream, subject: Expression, negated: boolean, depth: number): Expression {
  const open = tokens.expectSymbol('[', 'after "in"');
  const inside = deeper(depth, open);
  const list: Expression[] = [];
  if (!tokens.atSymbol(']')) {
    do list.push(parseExpression(tokens, inside));
    while (tokens.takeSymbol(','));
  }
  const close = tokens.expectSymbol(']', 'after the list');
  return { kind: 'in', negated, subject, list, span: { start: subject.span.start, end: close.end } };
}

function parseSum(tokens: TokenStream, depth: number): Expression {
  return leftToRight(tokens, ['+', '-'], () =>
    leftToRight(tokens, ['*', '/', '%'], () => parseSign(tokens, depth)),
  );
}

function leftToRight(
  tokens: TokenStream,
  operators: readonly ArithmeticOperator[],
  operand: () => Expression,
): Expression {
  let left = operand();
  for (;;) {
    const operator = operators.find((symbol) => tokens.atSymbol(symbol));
    if (operator === undefined) return left;
    tokens.next();
    const right = operand();
    left = { kind: 'arithmetic', operator, left, right, span: join(left, right) };
  }
}

function parseSign(tokens: TokenStream, depth: number): Expression {
  const { start, end } = tokens.peek();
  if (!tokens.takeSymbol('-')) return parsePower(tokens, depth);
  const operand = parseSign(tokens, deeper(depth, { start, end }));
  return { kind: 'negate', operand, span: { start, end: operand.span.end } };
}

function parsePower(tokens: TokenStream, depth: number): Expression {
  const left = parsePrimary(tokens, depth);
  if (!tokens.atSymbol('^')) return left;
  // To the right, as in mathematics: 2 ^ 3 ^ 2 is 2 ^ 9; a sign may follow: 2 ^ -1.
  const right = parseSign(tokens, deeper(depth, tokens.next()));
  return { kind: 'arithmetic', operator: '^', left, right, span: join(left, right) };
}

function parsePrimary(tokens: TokenStream, depth: number): Expression {
  const token = tokens.peek();
  const span = { start: token.start, end: token.end };
  if (token.kind === 'number') return tokens.next() && { kind: 'number', value: token.value, span };
  if (token.kind === 'string') return tokens.next() && { kind: 'string', value: token.value, span };
  if (token.kind === 'period') {
    tokens.next();
    return { kind: 'period', count: token.count, unit: token.unit, span };
  }
  if (tokens.takeSymbol('(')) {
    const inner = parseExpression(tokens, deeper(depth, span));
    const close = tokens.expectSymbol(')', 'to close the parenthesis');
    return { ...inner, span: { start: span.start, end: close.end } };
  }
  if (tokens.atWord('true') || tokens.atWord('false')) {
    const value = tokens.atWord('true');
    tokens.next();
    return { kind: 'boolean', value, span };
  }
  if (token.kind !== 'path') return tokens.unexpected('a field, a value or a function');
  const field = parseField(tokens);
  if (token.word !== undefined && tokens.atSymbol('(')) return parseCall(tokens, token.word, span, depth);
  return field;
}

function parseCall(tokens: TokenStream, word: string, nameSpan: Span, depth: number): Expression {
  const signature = FUNCTIONS.get(word.toLowerCase());
  if (signature === undefined) throw unknownFunction(word, nameSpan);
  tokens.next();
  const inside = deeper(depth, nameSpan);
  const parameters: Expression[] = [];
  const star = signature.name === 'count' && tokens.takeSymbol('*');
  if (!star && !tokens.atSymbol(')')) {
    do parameters.push(parseExpression(tokens, inside));
    while (tokens.takeSymbol(','));
  }
  const close = tokens.expectSymbol(')', `to close the arguments of ${signature.name}`);
  const span = { start: nameSpan.start, end: close.end };
  const given = parameters.length;
  if (given < signature.minimum || given > signature.maximum) {
    const { minimum, maximum } = signature;
    const wanted = minimum === maximum ? `${minimum}` : `${minimum} to ${maximum}`;
    throw new QueryError(
      `${signature.name} takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${given}`,
      span,
    );
  }
  return { kind: 'call', name: signature.name, arguments: parameters, star, span };
}

function unknownFunction(word: string, span: Span): QueryError {
  if (UNSUPPORTED_FUNCTIONS.has(word.toLowerCase())) {
    return new QueryError(`The function ${word} is not supported by this evaluator`, span);
  }
  const near = closest(
    word,
    [...FUNCTIONS.values()].map(({ name }) => name),
  );
  return new QueryError(
    `Unknown function ${word}${near === undefined ? '' : `; did you mean ${near}?`}`,
    span,
  );
}

function deeper(depth: number, { start, end }: Span): number {
  if (depth >= MAX_DEPTH) {
    throw new QueryError(`The expression is nested deeper than ${MAX_DEPTH} levels`, { start, end });
  }
  return depth + 1;
}

function join(left: { readonly span: Span }, right: { readonly span: Span }): Span {
  return { start: left.span.start, end: right.span.end };
}
