import type { QueryResult } from './run.ts';

/** A value of a result: null where it is missing; a timestamp is text such as `2026-01-31 23:59:59.000`. */
export type Cell = string | number | null;

/** Turns the rows of a result into objects by the names of the columns. */
export function toRecords({ columns, rows }: Pick<QueryResult, 'columns' | 'rows'>): Record<string, Cell>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])));
}
