import { strict as assert } from 'node:assert';
import { cpus } from 'node:os';
import { measure } from 'mitata';
import { ackermann } from '../../src/domain/ackermann.ts';
import { buildSieve, isPrime, SIEVE_LIMIT } from '../../src/domain/primes.ts';
import { makeHerd } from '../herd.ts';
import { renderTable } from '../reports/table.ts';
import { arrayAckermann, remainderPrimes } from './yardsticks.ts';

const ROUNDS = 7;
const MIN_MEASURED_NANOS = 2e8;
const weights = makeHerd(1000, 1).sheep.map(({ weight }) => weight);

/** A kernel and the yardstick that it is compared with; both do the same work. */
const PAIRS = [
  {
    name: 'cat A(3,8), 2 785 999 steps',
    yardstick: 'array push/pop',
    slow: () => arrayAckermann(3, 8),
    fast: () => ackermann(3, 8),
    target: 6,
  },
  {
    name: 'wolf, sieve and 1 000 sheep',
    yardstick: 'Number %',
    slow: () => remainderPrimes(weights, SIEVE_LIMIT),
    fast: () => {
      buildSieve();
      return weights.filter(isPrime).length;
    },
    target: 10,
  },
];

const medianOf = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Median milliseconds of one call, over as many calls as fit into the measured time. */
async function millis(work: () => number): Promise<number> {
  const { p50 } = await measure(work, { min_cpu_time: MIN_MEASURED_NANOS, inner_gc: false });
  return p50 / 1e6;
}

const rows: string[][] = [];
for (const { name, yardstick, slow, fast, target } of PAIRS) {
  assert.equal(fast(), slow(), `${name}: both ways must give the same result`);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    process.stderr.write(`${name}: round ${round + 1} of ${ROUNDS}\n`);
    // A B in even rounds, B A in odd ones, so that a drift of the machine favours neither.
    const first = await millis(round % 2 === 0 ? slow : fast);
    const second = await millis(round % 2 === 0 ? fast : slow);
    rounds.push(round % 2 === 0 ? { slow: first, fast: second } : { slow: second, fast: first });
  }
  const ratios = rounds.map((round) => round.slow / round.fast);
  rows.push([
    name,
    medianOf(rounds.map((round) => round.fast)).toFixed(2),
    `${yardstick} ${medianOf(rounds.map((round) => round.slow)).toFixed(2)}`,
    medianOf(ratios).toFixed(1),
    `${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)}`,
    String(target),
  ]);
}
process.stdout.write(
  `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}; medians of ${ROUNDS} interleaved rounds, ms\n\n`,
);
process.stdout.write(
  `${renderTable(['kernel', 'ms', 'yardstick', 'times faster', 'over the rounds', 'target'], rows)}\n`,
);
