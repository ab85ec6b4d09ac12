import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseQuery } from '../src/language/parser.ts';
import { printQuery } from '../src/language/printer.ts';
import { QueryError, renderQueryError } from '../src/language/query-error.ts';
import { anyCharacter } from './any-character.ts';
import { command } from './arbitrary-command.ts';

function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'span')
      .map(([key, inner]) => [key, withoutSpans(inner)]),
  );
}

test('printing a tree and parsing the text gives the same tree', () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 4 }), (commands) => {
      const text = printQuery({ commands });
      fc.pre(text.length <= 10_000);
      assert.deepEqual(withoutSpans(parseQuery(text).commands), withoutSpans(commands), text);
    }),
    { numRuns: 500 },
  );
});

const fragment = fc.constantFrom(
  ...[
    'fields',
    'filter',
    'stats',
    'by',
    'as',
    'parse',
    'sort',
    'limit',
    'dedup',
    '|',
    ',',
    '(',
    ')',
    '[',
    ']',
    '/',
    '"',
  ],
  ...[
    "'",
    '`',
    '\\',
    '#',
    '\n',
    '\r\n',
    ' ',
    '5m',
    '1e5',
    '.',
    '..',
    'a.b',
    '@m',
    '*',
    '^',
    '-',
    'not',
    'like',
    '=~',
    'in',
  ],
  ...['count(', 'pct(', 'bin(', 'coalesce(', '😀', '\0', '$', '{', '20', 'and', 'or', 'true'],
);

test('no input makes the parser throw anything but a QueryError inside the text', () => {
  const input = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.string({ unit: anyCharacter, maxLength: 100 }),
    fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join('')),
    fc.array(fragment, { maxLength: 60 }).map((parts) => `fields ${parts.join(' ')}`),
  );
  fc.assert(
    fc.property(input, (source) => {
      try {
        parseQuery(source);
      } catch (error) {
        assert.ok(error instanceof QueryError, String(error));
        assert.ok(error.start >= 0 && error.start <= source.length && error.end > error.start);
        assert.match(renderQueryError(source, error), /\^/);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('the longest queries of one kind of token end in a QueryError or a tree, without overflow', () => {
  const heads = ['fields ', 'filter a like ', 'stats count(*) by ', ''];
  const bodies = [
    '(',
    'not ',
    '-',
    '2^',
    'a.',
    'a[0]',
    '/',
    '"',
    '`',
    '#',
    ' ',
    '|',
    'abs(',
    'a in [',
    'a,',
    '\\',
    '1.',
    '"\\',
  ];
  for (const head of heads) {
    for (const body of bodies) {
      const source = (head + body.repeat(10_000)).slice(0, 10_000);
      try {
        parseQuery(source);
      } catch (error) {
        assert.ok(error instanceof QueryError, `${head}${body}: ${error}`);
      }
    }
  }
});

const FAULTS: readonly (readonly [query: string, message: RegExp, place: string])[] = [
  ['', /query is empty/, ''],
  ['# only a comment', /query is empty/, '#'],
  ['stats cuont(*) by x', /Unknown function cuont; did you mean count\?/, 'cuont'],
  ['fields formatDate(@timestamp, "%Y")', /formatDate is not supported/, 'formatDate'],
  ['fields @message | pattern @message', /pattern is not supported/, 'pattern'],
  ['stats count(*) | diff', /diff is not supported/, 'diff'],
  ['anomaly', /anomaly is not supported/, 'anomaly'],
  ['unmask @message', /unmask is not supported/, 'unmask'],
  ["SOURCE '/aws/lambda/x' | fields @message", /SOURCE is not supported/, 'SOURCE'],
  ['filterIndex a = 1', /filterIndex is not supported/, 'filterIndex'],
  ['join type=inner', /join is not supported/, 'join'],
  ['SELECT * FROM x', /SELECT is not supported.*SQL/, 'SELECT'],
  ['where a = 1', /where is not supported.*PPL/, 'where'],
  ['fields @message | head 20', /head is not supported.*use limit/, 'head'],
  ['fileds @message', /Unknown command fileds; did you mean fields\?/, 'fileds'],
  ['filter @message like "abc', /no closing "/, '"'],
  ["filter @message like 'abc\n| limit 2", /no closing '/, "'"],
  ['filter @message like /abc', /no closing \//, '/'],
  ['fields `a', /no closing `/, '`'],
  ['fields ``', /cannot be empty/, '``'],
  ['filter a == 1', /Expected a field/, '='],
  ['filter a ! b', /Unexpected character "!"/, '!'],
  ['fields abs(a', /Expected "\)" to close the arguments of abs, but the query ends/, ''],
  ['fields abs()', /abs takes 1 argument, not 0/, 'abs()'],
  ['fields substr(a)', /substr takes 2 to 3 arguments, not 1/, 'substr(a)'],
  ['limit 0', /1 to 10000, not 0/, '0'],
  ['limit 10001', /1 to 10000, not 10001/, '10001'],
  ['limit all', /Expected a whole number/, 'all'],
  ['stats count(*) by bin(5x)', /Unknown period unit "x"/, '5x'],
  ['parse @message "a * b *" as x', /2 "\*", but 1 names/, '"a * b *"'],
  ['parse @message /(a)/ as ip multi', /multi-match/, 'multi'],
  ['parse @message logfmt as l', /logfmt and csv/, 'logfmt'],
  ['fields @message |', /Expected a command, but the query ends/, ''],
  ['fields a b', /Expected "\|" or the end/, 'b'],
];

test('each fault is reported at its place', async (t) => {
  for (const [query, message, place] of FAULTS) {
    await t.test(query, () => {
      assert.throws(
        () => parseQuery(query),
        (error) => {
          assert.ok(error instanceof QueryError);
          assert.match(error.message, message);
          assert.equal(query.slice(error.start, error.end), place);
          return true;
        },
      );
    });
  }
});

test('the caret stands below the fault, also after tabs and Windows line ends', () => {
  const source = 'fields @message\r\n|\tfilter cuont(a)\r\n';
  assert.throws(
    () => parseQuery(source),
    (error) => {
      assert.ok(error instanceof QueryError);
      assert.equal(
        renderQueryError(source, error),
        'Unknown function cuont; did you mean count? (line 2, column 10)\n2 | |\tfilter cuont(a)\n     \t       ^^^^^',
      );
      return true;
    },
  );
});
