import { QueryError } from '../language/query-error.ts';
import type { Span } from '../language/syntax.ts';
import { type Row, retain, weightOf } from './row.ts';
import { compareNaturally, type Value } from './value.ts';

/** Most memory that the rows held back for sorting may take, in bytes. */
export const MAX_RETAINED_BYTES = 192 * 1024 * 1024;

/** One key of an order. */
export interface OrderKey {
  readonly get: (row: Row) => Value;
  readonly descending: boolean;
}

interface Entry {
  readonly keys: readonly Value[];
  /** Arrival, which decides between equal keys. */
  readonly sequence: number;
  readonly row: Row;
  readonly weight: number;
}

/** Holds the first rows of an order. */
export interface OrderedRows {
  add(row: Row): void;
  /** The rows in order; call it once, at the end. */
  results(): readonly Row[];
}

/** Keeps the first `limit` rows in the order of the keys, in a heap whose top is the last row kept. */
export function keepFirst(keys: readonly OrderKey[], limit: number, span: Span): OrderedRows {
  const heap: Entry[] = [];
  let sequence = 0;
  let bytes = 0;

  function comesAfter(a: Entry | undefined, b: Entry | undefined): boolean {
    return a !== undefined && b !== undefined && compareEntries(keys, a, b) > 0;
  }
  function swap(i: number, j: number): void {
    const [a, b] = [heap[i], heap[j]];
    if (a !== undefined && b !== undefined) [heap[i], heap[j]] = [b, a];
  }
  function siftUp(start: number): void {
    for (let i = start; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!comesAfter(heap[i], heap[parent])) return;
      swap(i, parent);
      i = parent;
    }
  }
  function siftDown(): void {
    for (let i = 0; ; ) {
      let last = i;
      if (comesAfter(heap[2 * i + 1], heap[last])) last = 2 * i + 1;
      if (comesAfter(heap[2 * i + 2], heap[last])) last = 2 * i + 2;
      if (last === i) return;
      swap(i, last);
      i = last;
    }
  }
  function weigh(change: number): void {
    bytes += change;
    if (bytes > MAX_RETAINED_BYTES) throw tooLarge(span);
  }

  return {
    add(row) {
      const candidate: Entry = {
        keys: keys.map(({ get }) => get(row)),
        sequence: sequence++,
        row,
        weight: 0,
      };
      const last = heap[0];
      if (heap.length === limit && !comesAfter(last, candidate)) return;
      const entry = { ...candidate, row: retain(row), weight: weightOf(row) };
      if (heap.length < limit) {
        weigh(entry.weight);
        heap.push(entry);
        siftUp(heap.length - 1);
      } else {
        weigh(entry.weight - (last?.weight ?? 0));
        heap[0] = entry;
        siftDown();
      }
    },
    results: () => heap.sort((a, b) => compareEntries(keys, a, b)).map(({ row }) => row),
  };
}

/**
 * Keeps, for each combination of the fields, the row that comes first in the order; rows that lack one of the fields
 * are all kept. Source: the page CWL_QuerySyntax-Dedup.
 */
export function keepDistinct(
  fields: readonly ((row: Row) => Value)[],
  keys: readonly OrderKey[],
  span: Span,
): OrderedRows {
  const kept = new Map<string, Entry>();
  let sequence = 0;
  let bytes = 0;
  return {
    add(row) {
      const values = fields.map((get) => get(row));
      const lacking = values.some((value) => value === null || typeof value === 'object');
      const identity = JSON.stringify(lacking ? [sequence, ...values] : [...values]);
      const entry: Entry = {
        keys: keys.map(({ get }) => get(row)),
        sequence: sequence++,
        row,
        weight: weightOf(row),
      };
      const known = kept.get(identity);
      if (known !== undefined && compareEntries(keys, known, entry) <= 0) return;
      bytes += entry.weight + 2 * identity.length - (known?.weight ?? 0);
      if (bytes > MAX_RETAINED_BYTES) throw tooLarge(span);
      kept.set(identity, { ...entry, row: retain(row) });
    },
    results: () => [...kept.values()].sort((a, b) => compareEntries(keys, a, b)).map(({ row }) => row),
  };
}

function compareEntries(keys: readonly OrderKey[], a: Entry, b: Entry): number {
  for (const [index, { descending }] of keys.entries()) {
    const order = compareNaturally(a.keys[index] ?? null, b.keys[index] ?? null);
    if (order !== 0) return descending ? -order : order;
  }
  return a.sequence - b.sequence;
}

function tooLarge(span: Span): QueryError {
  const megabytes = MAX_RETAINED_BYTES / 1024 / 1024;
  return new QueryError(
    `The rows to sort need more than ${megabytes} MB; add a filter or a smaller limit`,
    span,
  );
}
