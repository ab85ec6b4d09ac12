import { connect } from 'node:net';

/** Random numbers from a seed: `pick(n)` is 0 to n - 1. */
export type Pick = (below: number) => number;

/** The same numbers for the same seed (mulberry32). */
export function seeded(seed: number): Pick {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE', 'G\0T', ''];
const NAMES = [
  ...[
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'Expect',
    'Upgrade',
    'Trailer',
    'Cookie',
    'Lambda-Runtime-Function-Response-Mode',
  ],
  ...[
    'Content-Type',
    'Origin',
    'Sec-Fetch-Site',
    'Authorization',
    'X-Amz-Invocation-Type',
    'X-Amzn-Trace-Id',
  ],
  ...['X-Amz-Client-Context', 'X-Forwarded-For', 'Access-Control-Request-Method', '__proto__', 'X Y', ''],
];
const VALUES = [
  ...[
    'localhost',
    '127.0.0.1:80',
    'example.com',
    '0',
    '3',
    '5, 5',
    '-1',
    '99999999999999999999',
    'chunked',
    'streaming',
  ],
  ...[
    'Chunked, gzip',
    'close',
    'keep-alive',
    '100-continue',
    'websocket',
    'Event',
    'DryRun',
    'e30=',
    '%',
    '\xe9',
  ],
  ...['Root=1-5759e988-bd862e3fe1be46a994272793', 'a\0b', 'x'.repeat(9_000), '', 'null', 'application/json'],
];
const BODIES = [
  '',
  '{}',
  '{"a":1}',
  '3\r\nabc\r\n0\r\n\r\n',
  'fffffffff\r\n',
  '0\r\nX: y\r\n\r\n',
  '\xff\xfe',
  '[[',
];
const SEGMENTS = ['a', '%zz', '%2e%2e', '..', '', '%00', '{x}', '$default', '😀', 'x'.repeat(3_000)];

/** Makes a request from the grammar of HTTP/1.1, as bytes; one in two is then damaged. */
function randomRequest(pick: Pick, paths: readonly string[]): Buffer {
  const one = (items: readonly string[]): string => items[pick(items.length)] ?? '';
  const target =
    pick(3) > 0 ? one(paths) : `/${one(SEGMENTS)}/${one(SEGMENTS)}?${one(SEGMENTS)}=${one(VALUES)}`;
  const method = pick(4) > 0 ? one(['GET', 'POST']) : one(METHODS);
  const version = pick(12) > 0 ? 'HTTP/1.1' : one(['HTTP/1.0', 'HTTP/2', 'HTTP/1.10', '']);
  const headers = Array.from({ length: pick(7) }, () => `${one(NAMES)}: ${one(VALUES)}`);
  if (pick(5) > 0) headers.unshift('Host: localhost');
  const body = one(BODIES);
  if (pick(2) > 0) headers.push(`Content-Length: ${Buffer.byteLength(body, 'latin1')}`);
  const text = `${method} ${target} ${version}\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
  const bytes = Buffer.from(text, 'utf8');
  return pick(2) > 0 ? damaged(bytes, pick) : bytes;
}

function damaged(bytes: Buffer, pick: Pick): Buffer {
  const at = pick(bytes.length);
  const insert = ['\r\n', '\n', '\0', ' ', ':', '\r\n\r\n', '\xff\xff', 'GET / HTTP/1.1\r\n'][pick(8)] ?? '';
  switch (pick(4)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(insert, 'latin1'), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes, bytes]);
    default: {
      const copy = Buffer.from(bytes);
      copy[at] = pick(256);
      return copy;
    }
  }
}

/** Sends bytes on a connection of their own and ends it; resolves with all that came back. */
export function exchange(host: string, port: number, bytes: Buffer, limitMs = 5_000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, allowHalfOpen: true }, () => socket.end(bytes));
    const timer = setTimeout(() => socket.destroy(), limitMs);
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('end', () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

/**
 * Sends random requests, several at a time.
 * @returns the requests whose answer was no HTTP, as JSON texts.
 */
export async function fuzz(
  { host, port, seed, requests }: { host: string; port: number; seed: number; requests: number },
  paths: readonly string[],
): Promise<string[]> {
  const pick = seeded(seed);
  const wrong: string[] = [];
  let sent = 0;
  const work = async (): Promise<void> => {
    while (sent < requests) {
      sent += 1;
      const bytes = randomRequest(pick, paths);
      const answer = await exchange(host, port, bytes);
      if (answer === '' || /^HTTP\/1\.1 [1-5]\d\d [ -~]*\r\n/.test(answer)) continue;
      wrong.push(JSON.stringify([bytes.toString('latin1'), answer.slice(0, 200)]));
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  return wrong;
}

/** Paths at which requests reach something, on the public port. */
export const PUBLIC_PATHS = [
  ...['/echo', '/echo?a=1&a=%zz', '/none', '/2015-03-31/functions', '/2015-03-31/functions/echo'],
  ...[
    '/2015-03-31/functions/echo/invocations',
    '/2015-03-31/functions/%zz/invocations',
    '*',
    'http://h/echo',
  ],
];
/** … and on a Runtime API; the events of the fuzzed one have the id `r`. */
export const RUNTIME_PATHS = [
  'invocation/next',
  'invocation/r/response',
  'invocation/r/error',
  'init/error',
  'x',
].map((path) => `/2018-06-01/runtime/${path}`);
