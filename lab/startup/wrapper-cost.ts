/** `node lab/startup/wrapper-cost.ts`: what the wrapper adds to a call whose domain does nothing. */
import { cpus } from 'node:os';
import { measure } from 'mitata';
import { renderTable } from '../../bench/reports/table.ts';
import { stdoutLog } from '../../src/adapters/json-log/json-log.ts';
import { lambda } from '../../src/hosts/lambda/lambda.ts';

const ROUNDS = 7;
const MIN_MEASURED_NANOS = 2e8;
const EVENT = {
  version: '2.0',
  pathParameters: { tattoo: '7' },
  queryStringParameters: { m: '3', n: '8' },
};
const CONTEXT = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 29_000 };

const count = { run: async () => ({ count: 0 }), success: 200 };
const wrapped = lambda(count, { logFor: stdoutLog }) as unknown as Handler;
const bare: Handler = async () => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ count: 0 }),
});
type Handler = (event: object, context: object) => Promise<unknown>;

/** Median microseconds of one call. */
async function micros(handler: Handler): Promise<number> {
  const { p50 } = await measure(async () => handler(EVENT, CONTEXT), {
    min_cpu_time: MIN_MEASURED_NANOS,
    inner_gc: false,
  });
  return p50 / 1000;
}

const medianOf = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const found: Record<'bare' | 'wrapped', number[]> = { bare: [], wrapped: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const name of round % 2 === 0 ? (['bare', 'wrapped'] as const) : (['wrapped', 'bare'] as const)) {
    found[name].push(await micros(name === 'bare' ? bare : wrapped));
  }
}
process.stdout.write(
  `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}; medians of ${ROUNDS} interleaved rounds\n\n`,
);
const rows = [
  ['bare handler', medianOf(found.bare).toFixed(1)],
  ['wrapper (middy, input, answer)', medianOf(found.wrapped).toFixed(1)],
];
process.stdout.write(`${renderTable(['call', 'µs'], rows)}\n`);
