import { closest, QueryError } from '../language/query-error.ts';
import { type Field, fieldName } from '../language/syntax.ts';
import type { Choice } from './choices.ts';
import { discoverPlatformFields, discoverRequestId, jsonFieldReader } from './discover.ts';
import { messageOf, type Row } from './row.ts';
import { formatValue, type Value, type ValueType } from './value.ts';

/** An expression made ready to run on rows. */
export interface Compiled {
  readonly get: (row: Row) => Value;
  /** The same as a number, NaN for a missing value, where the expression is numeric: it saves a box on each step. */
  readonly number?: (row: Row) => number;
  readonly type: ValueType;
}

/** What the time functions need to know of the query. */
export interface QueryClock {
  /** Start of the query in milliseconds since the epoch. */
  readonly now: number;
  /** Window of the query in milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** The columns that an expression can see at its place in the query. */
export interface Scope {
  readonly clock: QueryClock;
  /** Whether events are visible: true up to the first `stats`. */
  readonly events: boolean;
  readonly columns: Map<string, { readonly slot: number; readonly type: ValueType }>;
  /** Columns by the printed text of their expression, so that `sort count(*)` finds `stats count(*)`. */
  readonly texts: Map<string, { readonly slot: number; readonly type: ValueType }>;
  readonly choices: Set<Choice>;
  /** Reserves a place in the rows of this scope. */
  allocate(): number;
  size(): number;
}

/** Makes a scope without columns. */
export function createScope(clock: QueryClock, events: boolean, choices: Set<Choice>): Scope {
  let slots = 0;
  return {
    clock,
    events,
    columns: new Map(),
    texts: new Map(),
    choices,
    allocate: () => slots++,
    size: () => slots,
  };
}

function timestamp(get: (row: Row) => number): Compiled {
  return { type: 'timestamp', get: (row) => (Number.isNaN(get(row)) ? null : get(row)) };
}

function platform(read: (row: Row) => Value): Compiled {
  return {
    type: 'any',
    get(row) {
      if (!row.reported) discoverPlatformFields(row);
      return read(row);
    },
  };
}

function measure(read: (row: Row) => number): Compiled {
  return numeric((row) => {
    if (!row.reported) discoverPlatformFields(row);
    return read(row);
  });
}

/** Makes a numeric expression of a function that gives NaN for a missing value. */
export function numeric(number: (row: Row) => number): Compiled {
  return {
    type: 'any',
    number,
    get(row) {
      const value = number(row);
      return Number.isNaN(value) ? null : value;
    },
  };
}

const EVENT_FIELDS: ReadonlyMap<string, Compiled> = new Map<string, Compiled>([
  ['@timestamp', timestamp((row) => row.timestamp)],
  ['@ingestionTime', timestamp((row) => row.ingestionTime)],
  ['@message', { type: 'any', get: messageOf }],
  ['@log', { type: 'any', get: (row) => row.log }],
  ['@logStream', { type: 'any', get: (row) => row.logStream }],
  ['@type', platform((row) => row.type)],
  ['@requestId', platform(discoverRequestId)],
  ['@duration', measure((row) => row.duration)],
  ['@billedDuration', measure((row) => row.billedDuration)],
  ['@initDuration', measure((row) => row.initDuration)],
  ['@memorySize', measure((row) => row.memorySize)],
  ['@maxMemoryUsed', measure((row) => row.maxMemoryUsed)],
  ['@xrayTraceId', platform((row) => row.xrayTraceId)],
  ['@xraySegmentId', platform((row) => row.xraySegmentId)],
]);

/** Finds what a field means at its place: a column of the query, an attribute of a map, or a discovered field. */
export function resolveField(field: Field, scope: Scope): Compiled {
  const name = fieldName(field);
  const column = scope.columns.get(name);
  if (column !== undefined) return slotReader(column);
  const structure = resolveAttribute(field, scope);
  if (structure !== undefined) return structure;
  if (scope.events) return discovered(name, field);
  const known = [...scope.columns.keys()];
  const near = closest(name, known);
  const hint = near === undefined ? `only ${known.join(', ')}` : `did you mean ${near}?`;
  throw new QueryError(
    `The field ${name} is not available after stats, or in stats outside an aggregate; ${hint}`,
    field.span,
  );
}

/** Reads a computed column. */
export function slotReader({ slot, type }: { readonly slot: number; readonly type: ValueType }): Compiled {
  return { type, get: (row) => row.slots[slot] ?? null };
}

/** Reads a column as it shows: a timestamp as its date. */
export function shown({ get, type }: Compiled): (row: Row) => Value {
  return type === 'timestamp' ? (row) => formatValue(get(row), type) : get;
}

function resolveAttribute(field: Field, scope: Scope): Compiled | undefined {
  for (let length = field.path.length - 1; length > 0; length--) {
    const prefix = { ...field, path: field.path.slice(0, length) };
    const column = scope.columns.get(fieldName(prefix));
    if (column === undefined) continue;
    const keys = field.path.slice(length).map(String);
    return { type: 'any', get: (row) => attribute(row.slots[column.slot] ?? null, keys) };
  }
  return undefined;
}

function attribute(value: Value, keys: readonly string[]): Value {
  let current: Value = value;
  for (const key of keys) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, key)) return null;
    current = (current as Record<string, Value>)[key] ?? null;
  }
  return current;
}

function discovered(name: string, field: Field): Compiled {
  const known = EVENT_FIELDS.get(name);
  if (known !== undefined) return known;
  // CloudWatch shows a JSON field that begins with @ with one more @.
  const path = field.path.flatMap((part) => String(part).split('.'));
  if (name.startsWith('@')) {
    if (!name.startsWith('@@')) return { type: 'any', get: () => null };
    path[0] = path[0]?.slice(1) ?? '';
  }
  return { type: 'any', get: jsonFieldReader(path) };
}
