import fc from 'fast-check';
import type { Command, Expression, Field, Item, Pattern } from '../src/language/syntax.ts';

const span = { start: 0, end: 0 };

const nameText = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[A-Za-z_@][A-Za-z0-9_@]{0,8}$/) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('count', 'by', 'in', 'true', 'stats', 'foo-bar', 'a b', '5m', '0'),
  },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 5 }).filter((text) => !/[`\n]/.test(text)) },
);
const field: fc.Arbitrary<Field> = fc
  .tuple(nameText, fc.array(fc.oneof(nameText, fc.nat({ max: 999 })), { maxLength: 3 }))
  .map(([first, rest]) => ({ kind: 'field', path: [first, ...rest], span }));
// A regex must be one that the lexer can delimit: no bare slash, bracket, backslash or line end.
const regexText = fc.stringMatching(/^[a-z.*+?(){}|^$ -]{1,12}$/);
const pattern: fc.Arbitrary<Pattern> = fc.oneof(
  fc.string({ maxLength: 8 }).map((text): Pattern => ({ kind: 'substring', text, span })),
  regexText.map((source): Pattern => ({ kind: 'regex', source, span })),
);
const unit = fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w', 'mo', 'q', 'y' as const);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    field,
    fc
      .double({ min: 0, noNaN: true, noDefaultInfinity: true })
      .map((value) => ({ kind: 'number', value, span })),
    fc.string({ maxLength: 8 }).map((value) => ({ kind: 'string', value, span })),
    fc.boolean().map((value) => ({ kind: 'boolean', value, span })),
    fc
      .tuple(fc.integer({ min: 1, max: 99 }), unit)
      .map(([count, u]) => ({ kind: 'period', count, unit: u, span })),
    tie('expression').map((operand) => ({ kind: 'negate', operand, span })),
    tie('expression').map((operand) => ({ kind: 'not', operand, span })),
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/', '%', '^' as const), tie('expression'), tie('expression'))
      .map(([operator, left, right]) => ({ kind: 'arithmetic', operator, left, right, span })),
    fc
      .tuple(fc.constantFrom('=', '!=', '<', '<=', '>', '>=' as const), tie('expression'), tie('expression'))
      .map(([operator, left, right]) => ({ kind: 'comparison', operator, left, right, span })),
    fc
      .tuple(fc.constantFrom('and', 'or' as const), tie('expression'), tie('expression'))
      .map(([operator, left, right]) => ({ kind: 'boolean-operation', operator, left, right, span })),
    fc
      .tuple(fc.boolean(), tie('expression'), pattern)
      .map(([negated, subject, p]) => ({ kind: 'match', negated, subject, pattern: p, span })),
    fc
      .tuple(fc.boolean(), tie('expression'), fc.array(tie('expression'), { maxLength: 3 }))
      .map(([negated, subject, list]) => ({ kind: 'in', negated, subject, list, span })),
    fc.constant({ kind: 'call', name: 'count', arguments: [], star: true, span } as const),
    fc
      .tuple(
        fc.constantFrom('coalesce', 'greatest', 'concat'),
        fc.array(tie('expression'), { minLength: 1, maxLength: 3 }),
      )
      .map(([name, list]) => ({ kind: 'call', name, arguments: list, star: false, span })),
  ) as fc.Arbitrary<Expression>,
}));

const alias = fc.option(nameText, { nil: undefined });
const item: fc.Arbitrary<Item> = fc.record({ expression, alias, span: fc.constant(span) });
const items = fc.array(item, { minLength: 1, maxLength: 3 });
/** Any command that the grammar has, whether or not it makes sense. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  items.map((list): Command => ({ kind: 'fields', items: list, span })),
  items.map((list): Command => ({ kind: 'display', items: list, span })),
  expression.map((condition): Command => ({ kind: 'filter', condition, span })),
  fc
    .tuple(items, fc.oneof(items, fc.constant([])))
    .map(([aggregates, by]): Command => ({ kind: 'stats', aggregates, by, span })),
  fc
    .array(fc.record({ expression, descending: fc.boolean() }), { minLength: 1, maxLength: 2 })
    .map((keys): Command => ({ kind: 'sort', keys, span })),
  fc.integer({ min: 1, max: 10_000 }).map((count): Command => ({ kind: 'limit', count, span })),
  fc.array(field, { minLength: 1, maxLength: 2 }).map((fields): Command => ({ kind: 'dedup', fields, span })),
  fc
    .tuple(fc.option(field, { nil: undefined }), fc.array(nameText, { maxLength: 3 }))
    .map(([subject, aliases]): Command => {
      const glob = aliases.map(() => 'x*').join('');
      return { kind: 'parse', subject, pattern: { kind: 'glob', text: glob, span }, aliases, span };
    }),
  fc
    .tuple(fc.option(field, { nil: undefined }), regexText, fc.array(nameText, { maxLength: 2 }))
    .map(([subject, source, aliases]): Command => {
      return { kind: 'parse', subject, pattern: { kind: 'regex', source, span }, aliases, span };
    }),
);
