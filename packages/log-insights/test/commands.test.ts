import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareNaturally } from '../src/evaluate/value.ts';
import { QueryError } from '../src/language/query-error.ts';
import { runEvents } from './run-events.ts';

const EVENTS = [
  { message: '{"a":1,"b":"x","c":3}', timestamp: 1_000 },
  { message: '{"a":2,"b":"y"}', timestamp: 3_000 },
  { message: '{"a":3,"b":"x","c":1}', timestamp: 2_000 },
];

const TABLE: readonly (readonly [
  query: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
])[] = [
  ['filter a = 2', ['@timestamp', '@message'], [['1970-01-01 00:00:03.000', '{"a":2,"b":"y"}']]],
  ['fields a', ['a'], [[2], [3], [1]]],
  ['fields a | sort a', ['a'], [[1], [2], [3]]],
  ['fields a | sort a desc | limit 2', ['a'], [[3], [2]]],
  [
    'fields a, c | sort c',
    ['a', 'c'],
    [
      [2, null],
      [3, 1],
      [1, 3],
    ],
  ],
  [
    'fields a, c | sort c desc',
    ['a', 'c'],
    [
      [1, 3],
      [3, 1],
      [2, null],
    ],
  ],
  ['fields a | sort b desc, a asc', ['a'], [[2], [1], [3]]],
  ['fields a + 1 | limit 1', ['a + 1'], [[3]]],
  ['fields a  +\n 1 | limit 1', ['a + 1'], [[3]]],
  ['fields a as x | fields x * 2 as y | display y | sort y', ['y'], [[2], [4], [6]]],
  ['display a | display b | sort a | limit 1', ['b'], [['x']]],
  ['fields a, a | limit 1', ['a'], [[2]]],
  ['sort a | limit 2 | filter a > 1 | display a', ['a'], [[2]]],
  ['sort a | filter a > 1 | limit 1 | display a', ['a'], [[2]]],
  [
    'fields a, b | dedup b',
    ['a', 'b'],
    [
      [2, 'y'],
      [3, 'x'],
    ],
  ],
  ['fields a, b | sort a asc | dedup b | limit 1', ['a', 'b'], [[1, 'x']]],
  [
    'fields a, c | dedup c',
    ['a', 'c'],
    [
      [2, null],
      [3, 1],
      [1, 3],
    ],
  ],
  ['parse @message \'"b":"*"\' as l | display l | sort l', ['l'], [['x'], ['x'], ['y']]],
  ['parse \'"b":"*"*\' as l, rest | sort a | display l, rest | limit 1', ['l', 'rest'], [['x', ',"c":3}']]],
  [
    'parse @message /"c":(?<n>\\d)/ | fields a | sort a',
    ['n', 'a'],
    [
      ['3', 1],
      [null, 2],
      ['1', 3],
    ],
  ],
  ['parse @message /"(\\w)":(\\d)/ as k, v | display k, v | limit 1', ['k', 'v'], [['a', '2']]],
  [
    'parse b /(?<first>.)/ | stats count(*) as n by first',
    ['first', 'n'],
    [
      ['x', 2],
      ['y', 1],
    ],
  ],
  ['stats count(*)', ['count(*)'], [[3]]],
  [
    'stats sum(a) / count(*) as mean by b',
    ['b', 'mean'],
    [
      ['x', 2],
      ['y', 2],
    ],
  ],
  ['stats count(*) as n by b | filter n > 1', ['b', 'n'], [['x', 2]]],
  ['stats count(*) by b | sort count(*) desc | limit 1', ['b', 'count(*)'], [['x', 2]]],
  [
    'stats count(*) as n by bin(2s) | sort bin(2s) desc | limit 1',
    ['bin(2s)', 'n'],
    [['1970-01-01 00:00:02.000', 2]],
  ],
  ['stats max(a) as hi, min(a) as lo, hi - lo as span', ['hi', 'lo', 'span'], [[3, 1, 2]]],
  [
    'stats min(b), max(b), sortsFirst(b), sortsLast(b)',
    ['min(b)', 'max(b)', 'sortsFirst(b)', 'sortsLast(b)'],
    [['x', 'y', 'x', 'y']],
  ],
  ['stats sum(a) as s by b | stats max(s) as top, count(*) as n', ['top', 'n'], [[4, 2]]],
  [
    'stats max(@timestamp) as t by b | stats count(*) as n by dateceil(t, 1m) as m',
    ['m', 'n'],
    [['1970-01-01 00:01:00.000', 2]],
  ],
  [
    'stats count(*) as n by b | fields n * 10 as tens',
    ['b', 'n', 'tens'],
    [
      ['x', 2, 20],
      ['y', 1, 10],
    ],
  ],
  ['filter a > 9 | stats count(*)', ['count(*)'], []],
  ['fields `a` as `odd name` | display `odd name` | sort `odd name` | limit 1', ['odd name'], [[1]]],
];

test('commands', async (t) => {
  for (const [query, columns, rows] of TABLE) {
    await t.test(query, () => {
      const result = runEvents(query, EVENTS);
      assert.deepEqual(
        result.columns.map(({ name }) => name),
        columns,
      );
      assert.deepEqual(result.rows, rows);
    });
  }
});

const FAULTS: readonly (readonly [query: string, message: RegExp, place: string])[] = [
  ['stats count(*) as n by b | filter a > 1', /field a is not available after stats.*only b, n/, 'a'],
  ['stats count(*) as total | display totl', /did you mean total\?/, 'totl'],
  ['stats a by b', /field a is not available/, 'a'],
  ['stats 1 + 2', /needs an aggregate/, '1 + 2'],
  ['fields count(a)', /count stands only in stats/, 'count(a)'],
  ['stats sum(max(a))', /max stands only in stats/, 'max(a)'],
  ['stats pct(a, 101)', /percentage from 0 to 100/, '101'],
  ['stats pct(a, b)', /percentage from 0 to 100/, 'b'],
  ['stats count(*), count(*)', /Two columns have the name count\(\*\)/, 'count(*)'],
  ['sort a | stats count(*)', /sort must stand after the last stats/, 'sort a'],
  ['limit 5 | stats count(*)', /limit must stand after/, 'limit 5'],
  ['dedup b | fields a', /Only limit may follow dedup/, 'fields a'],
  ['fields bin(5)', /bin takes a period/, '5'],
  ['fields 5m', /period stands only in/, '5m'],
  ['filter a like /(?=x)/', /not valid in RE2.*\(\?=/, '/(?=x)/'],
  ['filter a like /(/', /not valid in RE2: missing closing \)/, '/(/'],
  ['parse @message /abc/', /needs a group/, '/abc/'],
  ['stats count(*) as n by b | stats count(*) as m by bin(1h)', /@timestamp is not available/, 'bin(1h)'],
  [`fields a${' | stats count(*) as a by b'.repeat(11)}`, /at most 10 stats/, 'stats count(*) as a by b'],
];

test('what the grammar allows but the language does not is reported at its place', async (t) => {
  for (const [query, message, place] of FAULTS) {
    await t.test(query.slice(0, 60), () => {
      assert.throws(
        () => runEvents(query, EVENTS),
        (error) => {
          assert.ok(error instanceof QueryError, String(error));
          assert.match(error.message, message);
          assert.equal(query.slice(error.start, error.end), place);
          return true;
        },
      );
    });
  }
});

test('sort puts text before numbers, digits by length and value, as in the documentation', () => {
  const sorted = [
    '!: #',
    '*%04',
    '0# ',
    '5A',
    '111A',
    '2345_',
    '@',
    '@_',
    'A',
    'A9876fghj',
    'a12345hfh',
    '0',
    '01',
    '1',
    '2',
    '3',
  ];
  for (let i = 1; i < sorted.length; i++) {
    assert.ok(
      compareNaturally(sorted[i - 1] ?? null, sorted[i] ?? null) <= 0,
      `${sorted[i - 1]} before ${sorted[i]}`,
    );
  }
});

test('a result names the choices that it depends on', () => {
  assert.deepEqual(runEvents('stats pct(a, 50) as p by b', EVENTS).choices, [
    'percentile-nearest-rank',
    'group-order',
  ]);
  assert.deepEqual(runEvents('fields bin(300s) as m, stddev', EVENTS).choices, ['period-cap']);
});

test('a pattern that makes back-tracking engines explode ends, also on a line of a megabyte', () => {
  const message = `${'a'.repeat(1_000_000)}!`;
  const { rows } = runEvents('filter @message like /^(a+)+$/ or @message like /(a|aa)*b/ | stats count(*)', [
    { message },
  ]);
  assert.deepEqual(rows, []);
  assert.deepEqual(runEvents('parse @message /(?<x>(a*)*)b/ | stats count(x) as n', [{ message }]).rows, [
    [0],
  ]);
});
