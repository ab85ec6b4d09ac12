import { QueryError } from '../language/query-error.ts';
import type { Span } from '../language/syntax.ts';
import { type Accumulator, createAccumulator } from './accumulator.ts';
import type { ColumnBudget } from './sketch.ts';
import { detach, type Value } from './value.ts';

/** Most groups that one `stats` may have, times the expressions that it aggregates: a bound on memory. */
export const MAX_STATES = 1_000_000;

/** One group of `stats`: its values, the number of its rows, and the state of each argument's aggregates. */
export interface Group {
  readonly by: readonly Value[];
  readonly states: readonly Accumulator[];
  rows: number;
}

/** The groups of one `stats`. */
export interface Groups {
  /** Finds or makes the group of these values. */
  find(by: readonly Value[]): Group;
  all(): Group[];
}

type GroupTree = Map<Value, GroupTree | Group>;

/** Makes the groups by a number of values, with one accumulator for each argument; throws a QueryError above MAX_STATES. */
export function createGroups(
  depth: number,
  features: readonly number[],
  budget: ColumnBudget,
  span: Span,
): Groups {
  const limit = Math.floor(MAX_STATES / Math.max(1, features.length));
  const root: GroupTree = new Map();
  const groups: Group[] = [];
  let latest: Group | undefined;

  function create(by: readonly Value[]): Group {
    if (groups.length >= limit) {
      throw new QueryError(
        `stats has more than ${limit} groups; group by fewer values or narrow the window`,
        span,
      );
    }
    const states = features.map((bits) => createAccumulator(bits, budget));
    const group: Group = { by: by.map(detach), states, rows: 0 };
    groups.push(group);
    return group;
  }
  // Neighbouring events mostly belong to one group, which saves the look-up.
  function isLatest(by: readonly Value[], group: Group): boolean {
    for (let i = 0; i < depth; i++) if (by[i] !== group.by[i]) return false;
    return true;
  }
  return {
    find(by) {
      if (latest !== undefined && isLatest(by, latest)) return latest;
      let level = root;
      for (let i = 0; i < depth - 1; i++) {
        const value = by[i] ?? null;
        let next = level.get(value) as GroupTree | undefined;
        if (next === undefined) {
          next = new Map();
          level.set(detach(value), next);
        }
        level = next;
      }
      const key = by[depth - 1] ?? null;
      latest = level.get(key) as Group | undefined;
      if (latest === undefined) {
        latest = create(by);
        level.set(detach(key), latest);
      }
      return latest;
    },
    all: () => groups,
  };
}
