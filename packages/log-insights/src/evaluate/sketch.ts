import { select } from './select.ts';
import { detach } from './value.ts';

/** Relative error of a quantile that comes from the sketch. */
export const SKETCH_ERROR = 0.001;

/** Values that each column holds before it counts against the budget. */
const INITIAL_LENGTH = 4;

/** Collects numbers for exact percentiles, and turns into a sketch when they grow too many. */
export interface Quantiles {
  add(value: number): void;
  /** The nearest rank at `percent` (0 to 100), or null without values. */
  at(percent: number): number | null;
  readonly sketched: boolean;
}

/** How many numbers all the exact columns of a query may hold together; the rest of the memory stays free. */
export interface ColumnBudget {
  remaining: number;
}

/**
 * Makes a collection of numbers. It is an exact column while the budget lasts, then buckets of logarithmic width
 * (DDSketch: Masson, Rim, Lee, VLDB 2019), each value within a relative error of SKETCH_ERROR.
 */
export function createQuantiles(budget: ColumnBudget): Quantiles {
  let column = new Float64Array(INITIAL_LENGTH);
  let length = 0;
  let sketch: Sketch | undefined;

  // Doubling counts against the budget before it happens, so that the sum over all groups is bounded.
  function grow(): void {
    if (budget.remaining < column.length) {
      const successor = createSketch();
      for (const held of column) successor.add(held);
      budget.remaining += column.length - INITIAL_LENGTH;
      column = new Float64Array(0);
      sketch = successor;
      return;
    }
    budget.remaining -= column.length;
    const larger = new Float64Array(column.length * 2);
    larger.set(column);
    column = larger;
  }
  function add(value: number): void {
    if (sketch === undefined && length === column.length) grow();
    if (sketch !== undefined) {
      sketch.add(value);
      return;
    }
    column[length++] = value;
  }

  return {
    add,
    at(percent) {
      if (sketch !== undefined) return sketch.at(percent);
      if (length === 0) return null;
      return select(column.subarray(0, length), rankOf(percent, length));
    },
    get sketched() {
      return sketch !== undefined;
    },
  };
}

/** Index of the nearest rank among `count` sorted values: ceil(p / 100 · count) - 1, from 0 to count - 1. */
export function rankOf(percent: number, count: number): number {
  // The product of an exact decimal such as 99.9 must not land above the whole number it stands for.
  const rank = Math.ceil(Number(((percent / 100) * count).toPrecision(12)));
  return Math.min(count, Math.max(1, rank)) - 1;
}

interface Sketch {
  add(value: number): void;
  at(percent: number): number | null;
}

const GAMMA = (1 + SKETCH_ERROR) / (1 - SKETCH_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

function createSketch(): Sketch {
  const positive = new Map<number, number>();
  const negative = new Map<number, number>();
  let zeros = 0;
  let count = 0;
  return {
    add(value) {
      count++;
      const bucket = Math.ceil(Math.log(Math.abs(value)) / LOG_GAMMA);
      if (value === 0) zeros++;
      else if (value > 0) positive.set(bucket, (positive.get(bucket) ?? 0) + 1);
      else negative.set(bucket, (negative.get(bucket) ?? 0) + 1);
    },
    at(percent) {
      let left = rankOf(percent, count);
      const buckets: [number, number][] = [
        ...[...negative]
          .sort(([a], [b]) => b - a)
          .map(([bucket, n]): [number, number] => [-centre(bucket), n]),
        [0, zeros],
        ...[...positive]
          .sort(([a], [b]) => a - b)
          .map(([bucket, n]): [number, number] => [centre(bucket), n]),
      ];
      for (const [value, n] of buckets) {
        if (left < n) return value;
        left -= n;
      }
      return null;
    },
  };
}

function centre(bucket: number): number {
  return (2 * GAMMA ** bucket) / (GAMMA + 1);
}

const HASH_BITS = 14;
const REGISTERS = 2 ** HASH_BITS;

/** Counts distinct values: exactly up to a number, then by HyperLogLog with a standard error of 0.8 %. */
export interface DistinctCounter {
  add(value: string | number | boolean): void;
  count(): number;
  readonly sketched: boolean;
}

/** Makes a counter of distinct values, exact up to `exactLimit` of them. */
export function createDistinctCounter(exactLimit: number): DistinctCounter {
  let exact: Set<string | number | boolean> | undefined = new Set();
  let registers: Uint8Array | undefined;

  function mark(value: string | number | boolean, into: Uint8Array): void {
    const text = `${typeof value}${value}`;
    const index = hash(text, 0) >>> (32 - HASH_BITS);
    const zeros = Math.clz32(hash(text, 0x9e3779b9)) + 1;
    if (zeros > (into[index] ?? 0)) into[index] = zeros;
  }

  return {
    add(value) {
      if (registers !== undefined) mark(value, registers);
      else if (exact?.has(value) === false) exact.add(detach(value));
      if (exact !== undefined && exact.size > exactLimit) {
        registers = new Uint8Array(REGISTERS);
        for (const held of exact) mark(held, registers);
        exact = undefined;
      }
    },
    count: () => (registers === undefined ? (exact?.size ?? 0) : estimate(registers)),
    get sketched() {
      return registers !== undefined;
    },
  };
}

// Flajolet, Fusy, Gandouet, Meunier (2007), with linear counting for small numbers.
function estimate(registers: Uint8Array): number {
  let sum = 0;
  let empty = 0;
  for (const register of registers) {
    sum += 2 ** -register;
    if (register === 0) empty++;
  }
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
  const small = raw <= 2.5 * REGISTERS && empty > 0;
  return Math.round(small ? REGISTERS * Math.log(REGISTERS / empty) : raw);
}

// MurmurHash3's mixing over UTF-16 units: evenly spread, and the same on every machine.
function hash(text: string, seed: number): number {
  let h = seed;
  for (let i = 0; i < text.length; i++) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  h ^= text.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
