import { MAX_ROWS } from '../language/parser.ts';
import { QueryError } from '../language/query-error.ts';
import type {
  Command,
  DedupCommand,
  Item,
  Query,
  SortCommand,
  Span,
  StatsCommand,
} from '../language/syntax.ts';
import type { Choice } from './choices.ts';
import { compile } from './compile.ts';
import { keepDistinct, keepFirst, type OrderKey } from './order.ts';
import type { Row } from './row.ts';
import { createScope, type QueryClock, resolveField, type Scope } from './scope.ts';
import type { ColumnBudget } from './sketch.ts';
import { type OutputColumn, planStats } from './stats.ts';
import { bareField, defineColumn, hidden, nameOf, planFilter, planParse, type Step } from './steps.ts';
import { formatValue, type ValueType } from './value.ts';

/** Most numbers that exact percentiles may hold in memory (8 bytes each); beyond it they come from a sketch. */
const MAX_EXACT_VALUES = 8_000_000;
/** Most `stats` commands in one query. */
const MAX_STATS = 10;

type Cell = string | number | null;

/** A query made ready to run: rows go in, formatted rows come out. */
export interface Plan {
  readonly columns: readonly { readonly name: string; readonly type: ValueType }[];
  /** Values that each incoming row must have room for. */
  readonly slots: () => number;
  push(row: Row): void;
  finish(): readonly (readonly Cell[])[];
}

/** A point where rows wait for all others, and the steps before it. */
interface Segment {
  readonly steps: readonly Step[];
  readonly barrier: { add(row: Row): void; results(): readonly Row[] };
}

/** What the plan has gathered up to a command. */
interface Draft {
  readonly source: string;
  readonly budget: ColumnBudget;
  readonly segments: Segment[];
  scope: Scope;
  steps: Step[];
  shown: OutputColumn[];
  displayed: readonly OutputColumn[] | undefined;
  aggregated: boolean;
  /** Order of the rows so far: most recent first until a `sort`, arrival after a barrier. */
  keys: readonly OrderKey[];
}

/** Plans a query; throws a QueryError for what the grammar allows but the language does not. */
export function planQuery(query: Query, clock: QueryClock, choices: Set<Choice>): Plan {
  checkOrder(query.commands);
  const first = createScope(clock, true, choices);
  const draft: Draft = {
    source: query.source,
    budget: { remaining: MAX_EXACT_VALUES },
    segments: [],
    scope: first,
    steps: [],
    shown: [],
    displayed: undefined,
    aggregated: false,
    keys: [{ get: (row) => row.timestamp, descending: true }],
  };
  for (const command of query.commands) addCommand(draft, command);
  if (draft.displayed === undefined && draft.shown.length === 0 && !draft.aggregated) {
    draft.shown = ['@timestamp', '@message'].map((name) => define(draft, bareField(name)));
  }
  addOrder(draft, MAX_ROWS, { start: 0, end: query.source.length });
  return assemble(draft.displayed ?? draft.shown, draft.segments, first);
}

function addCommand(draft: Draft, command: Command): void {
  switch (command.kind) {
    case 'fields':
      for (const item of command.items) show(draft, define(draft, item));
      break;
    case 'display':
      draft.displayed = command.items.map((item) => define(draft, item));
      break;
    case 'filter':
      draft.steps.push(planFilter(command, draft.scope));
      break;
    case 'parse':
      for (const column of planParse(command, draft.scope, draft.steps)) show(draft, column);
      break;
    case 'sort':
      addSort(draft, command);
      break;
    case 'limit':
      addOrder(draft, command.count, command.span);
      break;
    case 'dedup':
      addDedup(draft, command);
      break;
    case 'stats':
      addStats(draft, command);
  }
}

// The keys are computed where the sort stands; the rows wait only at the next barrier, so later filters run first.
function addSort(draft: Draft, command: SortCommand): void {
  const added = command.keys.map(({ expression, descending }): OrderKey => {
    return { get: hidden(compile(expression, draft.scope), draft.scope, draft.steps).get, descending };
  });
  draft.keys = [...added, ...draft.keys];
  draft.scope.choices.add('null-order');
  draft.scope.choices.delete('group-order');
}

function addOrder(draft: Draft, limit: number, span: Span): void {
  close(draft, keepFirst(draft.keys, limit, span));
}

function addDedup(draft: Draft, command: DedupCommand): void {
  const fields = command.fields.map((field) => resolveField(field, draft.scope).get);
  close(draft, keepDistinct(fields, draft.keys, command.span));
}

function addStats(draft: Draft, command: StatsCommand): void {
  const { choices } = draft.scope;
  const plan = planStats(command, draft.scope, draft.budget, (item) => nameOf(item, draft.source));
  close(draft, plan);
  draft.scope = plan.scope;
  draft.shown = [...plan.columns];
  draft.displayed = undefined;
  draft.aggregated = true;
  choices.add('group-order');
  if (command.aggregates.some(({ alias }) => alias === undefined)) choices.add('column-names');
}

function close(draft: Draft, barrier: Segment['barrier']): void {
  draft.segments.push({ steps: draft.steps, barrier });
  draft.steps = [];
  draft.keys = [];
}

function define(draft: Draft, item: Item): OutputColumn {
  if (item.alias === undefined && item.expression.kind !== 'field') draft.scope.choices.add('column-names');
  return defineColumn(item, draft.source, draft.scope, draft.steps);
}

function show(draft: Draft, column: OutputColumn): void {
  const index = draft.shown.findIndex(({ name }) => name === column.name);
  if (index === -1) draft.shown.push(column);
  else draft.shown[index] = column;
}

function assemble(columns: readonly OutputColumn[], segments: readonly Segment[], first: Scope): Plan {
  const [head, ...rest] = segments;
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    slots: first.size,
    push: head === undefined ? () => {} : (row) => feed(head, row),
    finish() {
      let rows = head?.barrier.results() ?? [];
      for (const segment of rest) {
        for (const row of rows) feed(segment, row);
        rows = segment.barrier.results();
      }
      return rows.map((row) => columns.map(({ slot, type }) => formatValue(row.slots[slot] ?? null, type)));
    },
  };
}

function feed({ steps, barrier }: Segment, row: Row): void {
  for (let i = 0; i < steps.length; i++) if (steps[i]?.(row) !== true) return;
  barrier.add(row);
}

// The documented order of commands: sort, limit and dedup not before stats, and only limit after dedup.
function checkOrder(commands: readonly Command[]): void {
  const stats = commands.filter(({ kind }) => kind === 'stats');
  const excess = stats[MAX_STATS];
  if (excess !== undefined)
    throw new QueryError(`A query has at most ${MAX_STATS} stats commands`, excess.span);
  const lastStats = commands.findLastIndex(({ kind }) => kind === 'stats');
  for (const [index, { kind, span }] of commands.entries()) {
    if ((kind === 'sort' || kind === 'limit' || kind === 'dedup') && index < lastStats) {
      throw new QueryError(`${kind} must stand after the last stats`, span);
    }
    const next = commands[index + 1];
    if (kind === 'dedup' && next !== undefined && next.kind !== 'limit') {
      throw new QueryError(`Only limit may follow dedup, not ${next.kind}`, next.span);
    }
  }
}
