import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { measure } from 'mitata';
import { renderTable } from '../../bench/reports/table.ts';
import { stdoutLog } from '../../src/adapters/json-log/json-log.ts';
import { lambda } from '../../src/hosts/lambda/lambda.ts';
import { experiment, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';

const OPTIONS = {
  rounds: {
    help: 'rounds in which both handlers take turns',
    default: 7,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
};
const MIN_MEASURED_NANOS = 2e8;
const EVENT = {
  version: '2.0',
  pathParameters: { tattoo: '7' },
  queryStringParameters: { m: '3', n: '8' },
};
const CONTEXT = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 29_000 };

type Handler = (event: object, context: object) => Promise<unknown>;

const HANDLERS: readonly (readonly [name: string, handler: Handler])[] = [
  [
    'bare handler',
    async () => ({
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ count: 0 }),
    }),
  ],
  [
    'wrapper (middy, input, answer)',
    lambda(
      { run: async () => ({ count: 0 }), http: { success: 200 } },
      { logFor: stdoutLog },
    ) as unknown as Handler,
  ],
];

/** What the wrapper adds to a call whose domain does nothing. */
export const wrapper = experiment(OPTIONS, async ({ rounds }, { say, signal }) => {
  const found = await takeTurns(HANDLERS, rounds, signal, async ([, handler]) => {
    const limits = { min_cpu_time: MIN_MEASURED_NANOS, inner_gc: false };
    const { p50 } = await measure(async () => handler(EVENT, CONTEXT), limits);
    return p50 / 1000;
  });
  const rows = [...found].map(([[name], micros]) => [name, median(micros).toFixed(1)]);
  say(`Medians of ${rounds} interleaved rounds\n\n${renderTable(['call', 'µs'], rows)}`);
});
