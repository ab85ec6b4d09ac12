import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FUNCTIONS } from '../src/language/functions.ts';
import { evaluate } from './run-events.ts';

const EVENT =
  '{"n":5,"s":"text","t":true,"f":false,"z":null,"list":[1,"a",{"k":"v"}],"o":{"p.q":7,"r":{"s":"deep"}},"num":"12.5","ip":"10.1.2.3","@at":"x","json":"{\\"a\\":[10,20]}"}';

const TABLE: readonly (readonly [expression: string, expected: string | number | null])[] = [
  // operators, precedence, null and coercion
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['2 ^ 3 ^ 2', 512],
  ['-2 ^ 2', -4],
  ['10 % 3', 1],
  ['7 - 2 - 1', 4],
  ['1 / 0', null],
  ['missing + 1', null],
  ['num * 2', 25],
  ['s + 1', null],
  ['n = 5 and s = "text"', 1],
  ['n = "5"', 1],
  ['num > 9', 1],
  ['"b" > "a"', 1],
  ['missing = 1', 0],
  ['missing != 1', 1],
  ['missing < 1 or missing >= 1', 0],
  ['not n = 5', 0],
  ['not (n = 5) or t', 1],
  ['n in [1, 5]', 1],
  ['s in ["tex"]', 0],
  ['s not in ["a", "b"]', 1],
  ['s like "ex"', 1],
  ['s like /^t.x/', 1],
  ['s =~ /(?i)TEXT/', 1],
  ['s not like /a/', 1],
  ['t', 1],
  ['t = true', 1],
  ['t = "true"', 1],
  ['f = 0', 1],
  ['z', null],
  // discovered fields
  ['list.0', 1],
  ['list[2].k', 'v'],
  ['o.r.s', 'deep'],
  ['o.`p.q`', 7],
  ['o', null],
  ['@@at', 'x'],
  ['@nothing', null],
  ['@log', '000000000000:/aws/lambda/test'],
  ['@logStream', 'stream'],
  // numbers
  ['abs(-2)', 2],
  ['ceil(1.2)', 2],
  ['floor(-1.2)', -2],
  ['greatest(1, n, 3)', 5],
  ['greatest(missing, 3)', 3],
  ['least(4, n, missing)', 4],
  ['log(1)', 0],
  ['log(0)', null],
  ['round(2.5)', 3],
  ['round(1.005, 2)', 1.01],
  ['round(1234, -2)', 1200],
  ['sqrt(16)', 4],
  ['sqrt(-1)', null],
  ['round(haversine(48.8566, 2.3522, 51.5074, -0.1278))', 344],
  ['toNumber("1e3")', 1000],
  ['toNumber("0x10")', null],
  ['toInt("12.9")', 12],
  ['toInt("3000000000")', null],
  ['toLong("3000000000")', 3_000_000_000],
  ['toDouble(num)', 12.5],
  // time
  ['@timestamp', '2026-01-31 12:34:56.789'],
  ['bin(5m)', '2026-01-31 12:30:00.000'],
  ['bin(1h)', '2026-01-31 12:00:00.000'],
  ['bin(300s)', '2026-01-31 12:34:00.000'],
  ['bin(2hrs)', '2026-01-31 12:00:00.000'],
  ['bin(1w)', '2026-01-26 00:00:00.000'],
  ['bin(1mo)', '2026-01-01 00:00:00.000'],
  ['bin(1q)', '2026-01-01 00:00:00.000'],
  ['bin(1y)', '2026-01-01 00:00:00.000'],
  ['datefloor(@timestamp, 1d)', '2026-01-31 00:00:00.000'],
  ['dateceil(@timestamp, 1h)', '2026-01-31 13:00:00.000'],
  ['dateceil(@timestamp, 1mo)', '2026-02-01 00:00:00.000'],
  ['fromMillis(0)', '1970-01-01 00:00:00.000'],
  ['toMillis(@timestamp)', Date.UTC(2026, 0, 31, 12, 34, 56, 789)],
  ['now()', Date.UTC(2026, 0, 31, 12, 34, 56) / 1000],
  ['toMillis(@timestamp) >= now() * 1000', 1],
  ['queryStartTime()', null],
  ['queryEndTime()', null],
  ['queryTimeRange()', null],
  ['@timestamp = "2026-01-31 12:34:56.789"', 1],
  ['coalesce(missing, @timestamp)', '2026-01-31 12:34:56.789'],
  // general
  ['ispresent(n)', 1],
  ['ispresent(missing)', 0],
  ['isPresent(z)', 0],
  ['coalesce(missing, z, s)', 'text'],
  ['if(n > 4, "big", "small")', 'big'],
  ['if(missing, "big", "small")', 'small'],
  ['case(n = 1, "one", n = 5, "five", "other")', 'five'],
  ['case(n = 1, "one")', null],
  ['isNumeric(num)', 1],
  ['isNumeric(s)', 0],
  ['messageSize("é")', 2],
  // JSON
  ['jsonParse(json)', '{"a":[10,20]}'],
  ['jsonParse(s)', null],
  ['jsonStringify(jsonParse(json))', '{"a":[10,20]}'],
  ['jsonArraySize("[1,2,3]")', 3],
  ['jsonArraySize(s)', null],
  ['jsonArrayContains("[1,\\"a\\"]", "a")', 1],
  ['jsonArrayContains("[1]", "a")', 0],
  // addresses
  ['isValidIp(ip)', 1],
  ['isValidIp("2001:db8::1")', 1],
  ['isValidIpV4("256.1.1.1")', 0],
  ['isValidIpV6(ip)', 0],
  ['isIpInSubnet(ip, "10.0.0.0/8")', 1],
  ['isIpInSubnet("2001:db8::1", "2001:db8::/32")', 1],
  ['isIpv4InSubnet(ip, "11.0.0.0/8")', 0],
  ['isIpv4InSubnet(ip, "nonsense")', 0],
  ['isIpv6InSubnet("2001:db8::1", "2001:db8::/32")', 1],
  ['isPrivateIP(ip)', 1],
  ['isPrivateIP("8.8.8.8")', 0],
  ['ipv4ToNumber("1.0.0.1")', 16_777_217],
  // text
  ['isempty("")', 1],
  ['isempty(missing)', 1],
  ['isblank("  ")', 1],
  ['isblank(s)', 0],
  ['concat(s, "-", n)', 'text-5'],
  ['ltrim("  a ")', 'a '],
  ['ltrim("xyZxyfooxyZ", "xyZ")', 'fooxyZ'],
  ['rtrim("xyZfooxyxyZ", "xyZ")', 'xyZfoo'],
  ['trim("xyZxyfooxyxyZ", "xyZ")', 'foo'],
  ['strlen("a😀")', 2],
  ['toupper(s)', 'TEXT'],
  ['tolower("ABC")', 'abc'],
  ['substr("xyZfooxyZ", 3, 3)', 'foo'],
  ['substr("a😀b", 1, 1)', '😀'],
  ['substr(s, 9)', ''],
  ['replace("foo", "o", "$&")', 'f$&$&'],
  ['regexReplace("a1b22", "[0-9]+", "#")', 'a#b#'],
  ['strcontains(s, "ex")', 1],
  ['strcontains(s, "EX")', 0],
  ['strcontains(s, "EX", true)', 1],
  ['startsWith(s, "te")', 1],
  ['endsWith(s, "te")', 0],
  ['urlencode("a b&")', 'a%20b%26'],
  ['urldecode("a%20b+c")', 'a b c'],
  ['urldecode("%")', null],
  ['base64encode("é")', 'w6k='],
  ['base64decode("w6k=")', 'é'],
  ['split("a,b", ",")', '["a","b"]'],
  ['hexToAscii("48656c6c6f")', 'Hello'],
  ['hexToDec("0xff")', 255],
  ['decToHex(255)', '0xff'],
  ['decToHex(-10.9)', '-0xa'],
];

test('operators and functions', async (t) => {
  for (const [expression, expected] of TABLE) {
    await t.test(expression, () => assert.deepEqual(evaluate(expression, EVENT), expected));
  }
});

test('every scalar function has a row in the table above', () => {
  const text = TABLE.map(([expression]) => expression.toLowerCase()).join(' ');
  for (const { name, aggregate } of FUNCTIONS.values()) {
    if (!aggregate) assert.ok(text.includes(`${name.toLowerCase()}(`), name);
  }
});

const REPORT =
  'REPORT RequestId: 5d9a8a5e-0f6f-4c3c-9b1e-0123456789ab\tDuration: 8.11 ms\tBilled Duration: 150 ms\tMemory Size: 128 MB\tMax Memory Used: 23 MB\tInit Duration: 140.53 ms\t\nXRAY TraceId: 1-5f\tSegmentId: 4b\tSampled: true\t';
const LINES: readonly (readonly [message: string, field: string, expected: string | number | null])[] = [
  [REPORT, '@type', 'REPORT'],
  [REPORT, '@requestId', '5d9a8a5e-0f6f-4c3c-9b1e-0123456789ab'],
  [REPORT, '@duration', 8.11],
  [REPORT, '@billedDuration', 150],
  [REPORT, '@initDuration', 140.53],
  [REPORT, '@memorySize', 128_000_000],
  [REPORT, '@maxMemoryUsed', 23_000_000],
  [REPORT, '@xrayTraceId', '1-5f'],
  [REPORT.replace('\t\nXRAY', '\t\rXRAY'), '@xrayTraceId', '1-5f'],
  [REPORT.replace('\t\nXRAY', '\tXRAY'), '@xrayTraceId', '1-5f'],
  [REPORT, '@xraySegmentId', '4b'],
  ['REPORT RequestId: short\tDuration: 1.00 ms', '@duration', 1],
  ['REPORT RequestId: short\tDuration: x ms\tBilled Duration: 2 ms', '@duration', null],
  ['REPORT RequestId: short\tDuration: x ms\tBilled Duration: 2 ms', '@billedDuration', 2],
  ['START RequestId: abc Version: 1', '@requestId', 'abc'],
  ['END RequestId: abc', '@type', 'END'],
  ['INIT_START Runtime Version: x', '@type', 'INIT_START'],
  ['hello', '@type', null],
  ['hello', '@duration', null],
  [
    '2026-01-01T00:00:00.000Z\t5d9a8a5e-0f6f-4c3c-9b1e-0123456789ab\tINFO\tx',
    '@requestId',
    '5d9a8a5e-0f6f-4c3c-9b1e-0123456789ab',
  ],
  ['prefix {"a":{"b":1}} suffix {"a":2}', 'a.b', 1],
  ['prefix {"a":"}{\\""} suffix', 'a', '}{"'],
  ['{broken', 'a', null],
];

test('discovered fields', async (t) => {
  for (const [message, field, expected] of LINES) {
    await t.test(`${field} of ${message.slice(0, 30)}`, () =>
      assert.equal(evaluate(field, message), expected),
    );
  }
});
