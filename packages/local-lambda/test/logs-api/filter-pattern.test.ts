import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFilterPattern } from '../../src/logs-api/filter-pattern.ts';

const JSON_LINE =
  '{"level":"ERROR","n":7,"ok":true,"none":null,"record":{"ids":[3,4],"name":"a-b"},"text":"12"}';

test('a filter pattern passes what it passes on AWS', () => {
  const cases: readonly [pattern: string, message: string, passes: boolean][] = [
    ['', 'anything', true],
    ['ERROR', 'an ERROR', true],
    ['ERROR', 'an error', false],
    ['ERROR timeout', 'timeout, then ERROR', true],
    ['ERROR timeout', 'ERROR alone', false],
    ['"Task timed out"', 'x Task timed out after 3 s', true],
    ['"say \\"hi\\""', 'they say "hi"', true],
    ['?ERROR ?WARN', 'a WARN', true],
    ['?ERROR ?WARN', 'an INFO', false],
    ['ERROR -Exiting', 'ERROR Exiting', false],
    ['ERROR -"on exit"', 'ERROR', true],
    // Optional terms beside others say nothing.
    ['ERROR ?WARN', 'ERROR', true],
    ['%colou?r \\d+%', 'color 12', true],
    ['%^[hc]at%', 'that', false],
    ['{ $.level = "ERROR" }', JSON_LINE, true],
    ['{ $.level = ERR* }', JSON_LINE, true],
    ['{ $.level != "ERROR" }', JSON_LINE, false],
    ['{ $.n > 6 && $.n <= 7 }', JSON_LINE, true],
    ['{ $.n = 7 }', JSON_LINE, true],
    ['{ $.text = 12 }', JSON_LINE, true],
    ['{ $.text > 5 }', JSON_LINE, false],
    ['{ ($.n = 1) || ($.record.name = "a-b") }', JSON_LINE, true],
    ['{ $.record.ids[1] = 4 }', JSON_LINE, true],
    ['{ $.ok IS TRUE && $.none IS NULL && $.absent NOT EXISTS }', JSON_LINE, true],
    ['{ $.absent = 1 }', JSON_LINE, false],
    ['{ $.record.name = %^a-[a-z]$% }', JSON_LINE, true],
    ['{ $.level = "ERROR" }', 'level ERROR', false],
  ];
  for (const [pattern, message, passes] of cases) {
    assert.equal(parseFilterPattern(pattern)(message), passes, `${pattern} on ${message}`);
  }
});

test('… and what is not understood is named', () => {
  const cases: readonly [pattern: string, message: RegExp][] = [
    ['[ip, user]', /fields between spaces .* are not supported here.*: \[ip, user\]$/],
    ['foo-bar', /Invalid character\(s\) in term 'foo-bar'/],
    ['"open', /Invalid character\(s\) in term '"open'/],
    ['%(a|b)%', /in term '\(a\|b\)'/],
    ['{ $.a = 1', /must end with }/],
    ['{ level = 1 }', /a field such as \$\.level must stand where level does/],
    ['{ $.a ~ 1 }', /~ is no comparison/],
    ['{ $.a > x }', /> needs a number, not x/],
    ['{ $.a = 1 $.b = 2 }', /at \$\.b$/],
    ['{ ($.a = 1 }', /a \) is missing/],
  ];
  for (const [pattern, message] of cases) {
    assert.throws(() => parseFilterPattern(pattern), { code: 'InvalidParameterException', message });
  }
});
