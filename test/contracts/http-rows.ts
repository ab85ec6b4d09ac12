/** Requests whose answers depend on nothing but the request. */
import assert from 'node:assert/strict';
import type { HttpTarget } from './http.ts';

/** One request and its answer; `request` is a method and a path. */
export interface Row {
  readonly request: string;
  readonly status: number;
  /** The body, byte for byte; absent for an error. */
  readonly body?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

const answers = (query: string, result: number): Row => ({
  request: `GET /cat?${query}`,
  status: 200,
  body: `{"result":${result}}`,
});
const endless = (m: number, n: number): Row => ({
  request: `GET /cat?m=${m}&n=${n}`,
  status: 422,
  error: {
    code: 'CAT_WOULD_NOT_FINISH',
    message: `m=${m}, n=${n} takes more rewriting steps than the 20000000 allowed`,
  },
});
const badNumber = (field: string, query: string, got: string): Row => ({
  request: `GET /cat${query}`,
  status: 400,
  error: {
    code: 'INVALID_INPUT',
    message: `${field} must be a whole number of 1 to 15 digits, given once; got ${got}`,
  },
});
const badTattoo = (segment: string, got: string): Row => ({
  request: `POST /sheep/${segment}`,
  status: 400,
  error: {
    code: 'INVALID_INPUT',
    message: `tattoo must be 1 to 20 digits, from 0 to 18446744073709551615; got ${got}`,
  },
});

/** `%D9%A7` is ٧, a digit of Unicode but not of ASCII. */
export const ROWS: readonly Row[] = [
  answers('m=3&n=8', 2045),
  answers('m=0&n=0', 1),
  answers('m=0&n=999999999999999', 1_000_000_000_000_000),
  answers('m=1&n=9999999', 10_000_001),
  answers('m=2&n=3', 9),
  answers('m=4&n=0', 13),
  answers('n=8&m=3', 2045),
  answers('m=003&n=000000000000008', 2045),
  answers('m=%33&n=8', 2045),
  answers('m=2&n=3&M=9&o=x&o=y', 9),
  badNumber('m', '', 'nothing'),
  badNumber('m', '?n=8', 'nothing'),
  badNumber('n', '?m=3', 'nothing'),
  badNumber('m', '?m=x&n=y', '"x"'),
  badNumber('n', '?m=3&n=x', '"x"'),
  badNumber('m', '?m=&n=8', '""'),
  badNumber('n', '?m=3&n=', '""'),
  badNumber('m', '?m=%20&n=8', '" "'),
  badNumber('m', '?m=%203&n=8', '" 3"'),
  badNumber('m', '?m=-1&n=8', '"-1"'),
  badNumber('m', '?m=%2B3&n=8', '"+3"'),
  badNumber('m', '?m=3.0&n=8', '"3.0"'),
  badNumber('m', '?m=1e3&n=8', '"1e3"'),
  badNumber('m', '?m=0x3&n=8', '"0x3"'),
  badNumber('m', '?m=%D9%A7&n=8', '"٧"'),
  badNumber('m', '?m=3%0A&n=8', '"3\\n"'),
  badNumber('m', '?m=%22&n=8', '"\\""'),
  badNumber('m', '?m=1&m=2&n=8', '"1,2"'),
  badNumber('n', '?m=3&n=8&n=8', '"8,8"'),
  badNumber('m', '?m=1000000000000000&n=8', '"1000000000000000"'),
  badNumber('m', `?m=${'x'.repeat(40)}&n=8`, `"${'x'.repeat(40)}"`),
  badNumber('m', `?m=${'x'.repeat(41)}&n=8`, `"${'x'.repeat(40)}…"`),
  badNumber('m', `?m=${'x'.repeat(39)}%F0%9F%90%91y&n=8`, `"${'x'.repeat(39)}🐑…"`),
  endless(1, 10_000_000),
  endless(2, 3162),
  endless(3, 10),
  endless(3, 999_999_999_999_999),
  endless(4, 1),
  endless(4, 2),
  endless(5, 0),
  endless(6, 0),
  endless(999_999_999_999_999, 999_999_999_999_999),
  badTattoo('abc', '"abc"'),
  badTattoo('-1', '"-1"'),
  badTattoo('%2B7', '"+7"'),
  badTattoo('1.0', '"1.0"'),
  badTattoo('1e3', '"1e3"'),
  badTattoo('0x7', '"0x7"'),
  badTattoo('%207', '" 7"'),
  badTattoo('7%20', '"7 "'),
  badTattoo('7%0A', '"7\\n"'),
  badTattoo('%2537', '"%37"'),
  badTattoo('%D9%A7', '"٧"'),
  badTattoo('18446744073709551616', '"18446744073709551616"'),
  badTattoo('99999999999999999999', '"99999999999999999999"'),
  badTattoo('000000000000000000007', '"000000000000000000007"'),
  badTattoo('1'.repeat(41), `"${'1'.repeat(40)}…"`),
  { ...badTattoo('x', '"x"'), request: 'POST /sheeps/x' },
];

/** Sends a row's request and compares the answer. */
export async function checkRow({ fetch }: HttpTarget, row: Row): Promise<void> {
  const [method, path] = row.request.split(' ') as [string, string];
  const response = await fetch(path, { method });
  if (row.error !== undefined) return checkError(response, row.status, row.error.code, row.error.message);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.deepEqual([response.status, await response.text()], [row.status, row.body]);
}

/** Compares an answer with an error of the contract; the request id may be any that is not empty. */
export async function checkError(
  response: Response,
  status: number,
  code: string,
  message: string,
): Promise<void> {
  const text = await response.text();
  const { requestId, ...body } = JSON.parse(text) as Record<string, unknown>;
  assert.deepEqual({ status: response.status, body }, { status, body: { message, code } });
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.ok(typeof requestId === 'string' && requestId.length > 0, `request id in ${text}`);
  assert.deepEqual(Object.keys(JSON.parse(text)), ['message', 'code', 'requestId']);
}
