import { FUNCTIONS } from '../language/functions.ts';
import { printExpression } from '../language/printer.ts';
import { QueryError } from '../language/query-error.ts';
import { type Call, children, type Expression, type Item, type StatsCommand } from '../language/syntax.ts';
import { accumulate, FEATURES, resultOf } from './accumulator.ts';
import { compile } from './compile.ts';
import { createGroups, type Group } from './groups.ts';
import { createRow, type Row } from './row.ts';
import { type Compiled, createScope, type Scope } from './scope.ts';
import type { ColumnBudget } from './sketch.ts';
import { compareNaturally, type Value, type ValueType } from './value.ts';

/** A column that the query shows, with its place in the rows. */
export interface OutputColumn {
  readonly name: string;
  readonly slot: number;
  readonly type: ValueType;
}

/** A planned `stats`: takes rows, and gives one row a group at the end, in the order of the groups. */
export interface StatsPlan {
  readonly scope: Scope;
  readonly columns: readonly OutputColumn[];
  add(row: Row): void;
  results(): readonly Row[];
}

interface Argument {
  readonly get: (row: Row) => Value;
  readonly type: ValueType;
  readonly text: string;
  features: number;
}

interface Aggregate {
  readonly call: Call;
  readonly text: string;
  readonly argument: number;
  readonly percent: number;
}

const FEATURE_OF: Readonly<Record<string, number>> = {
  count: 0,
  sum: FEATURES.moments,
  avg: FEATURES.moments,
  min: FEATURES.extremes,
  max: FEATURES.extremes,
  stddev: FEATURES.deviation,
  pct: FEATURES.quantiles,
  count_distinct: FEATURES.distinct,
  earliest: FEATURES.time,
  latest: FEATURES.time,
  sortsFirst: FEATURES.naturalOrder,
  sortsLast: FEATURES.naturalOrder,
};
const KEEPS_TYPE = new Set(['min', 'max', 'pct', 'earliest', 'latest', 'sortsFirst', 'sortsLast']);

/** Plans `stats`; `nameOf` names a column without alias. Throws a QueryError for what cannot be aggregated. */
export function planStats(
  command: StatsCommand,
  input: Scope,
  budget: ColumnBudget,
  nameOf: (item: Item) => string,
): StatsPlan {
  const by = command.by.map((item) => ({ item, compiled: compile(item.expression, input) }));
  const { aggregates, argumentList } = collectAggregates(command, input);
  const timeOf = timestampReader(aggregates, input);

  // Results are computed on rows that hold the groups' values first, then one value an aggregate, then the columns.
  const output = createScope(input.clock, false, input.choices);
  const columns: OutputColumn[] = by.map(({ item, compiled }) => define(output, item, compiled.type, nameOf));
  const inner = createScope(input.clock, false, input.choices);
  for (const [name, column] of output.columns) inner.columns.set(name, column);
  for (const [text, column] of output.texts) inner.texts.set(text, column);
  const slots = aggregates.map(({ call, text, argument }) => {
    const slot = output.allocate();
    const type = KEEPS_TYPE.has(call.name) ? (argumentList[argument]?.type ?? 'any') : 'any';
    inner.texts.set(text, { slot, type });
    return slot;
  });
  const finals = command.aggregates.map((item) => {
    const compiled: Compiled = compile(item.expression, inner);
    const column = define(output, item, compiled.type, nameOf);
    columns.push(column);
    inner.columns.set(column.name, column);
    return { get: compiled.get, slot: column.slot };
  });

  const groups = createGroups(
    by.length,
    argumentList.map((argument) => argument.features),
    budget,
    command.span,
  );
  const byGets = by.map(({ compiled }) => compiled.get);
  const features = argumentList.map((argument) => argument.features);
  const gets = argumentList.map((argument) => argument.get);
  const values: Value[] = new Array<Value>(by.length).fill(null);

  function rowOf(group: Group): Row {
    const row = createRow(output.size());
    for (const [index, value] of group.by.entries()) row.slots[index] = value;
    for (const [index, { call, argument, percent }] of aggregates.entries()) {
      const state = group.states[argument];
      row.slots[slots[index] ?? 0] = state === undefined ? group.rows : resultOf(call.name, state, percent);
    }
    for (const { get, slot } of finals) row.slots[slot] = get(row);
    return row;
  }

  return {
    scope: output,
    columns,
    add(row) {
      for (let i = 0; i < byGets.length; i++) values[i] = groupValue(byGets[i]?.(row) ?? null);
      const group = groups.find(values);
      group.rows++;
      const time = timeOf === undefined ? 0 : timeOf(row);
      for (let i = 0; i < gets.length; i++) {
        const value = gets[i]?.(row) ?? null;
        const state = group.states[i];
        if (value !== null && state !== undefined) accumulate(state, value, features[i] ?? 0, time);
      }
    },
    results() {
      const sorted = groups.all().sort((a, b) => compareGroups(a.by, b.by));
      const states = sorted.flatMap((group) => group.states);
      if (states.some(({ quantiles }) => quantiles?.sketched)) input.choices.add('percentile-sketch');
      if (states.some(({ distinct }) => distinct?.sketched)) input.choices.add('distinct-sketch');
      return sorted.map(rowOf);
    },
  };
}

function define(scope: Scope, item: Item, type: ValueType, nameOf: (item: Item) => string): OutputColumn {
  const column = { slot: scope.allocate(), type };
  const name = nameOf(item);
  if (scope.columns.has(name))
    throw new QueryError(`Two columns have the name ${name}; give one an alias`, item.span);
  scope.columns.set(name, column);
  if (item.expression.kind !== 'field') scope.texts.set(printExpression(item.expression), column);
  return { name, ...column };
}

function groupValue(value: Value): Value {
  return typeof value === 'object' ? null : value;
}

function compareGroups(left: readonly Value[], right: readonly Value[]): number {
  for (const [index, value] of left.entries()) {
    const order = compareNaturally(value, right[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function collectAggregates(
  command: StatsCommand,
  input: Scope,
): { readonly aggregates: readonly Aggregate[]; readonly argumentList: readonly Argument[] } {
  const aggregates = new Map<string, Aggregate>();
  const argumentList: Argument[] = [];

  function visit(expression: Expression): void {
    if (expression.kind !== 'call' || !isAggregate(expression)) {
      for (const child of children(expression)) visit(child);
      return;
    }
    const text = printExpression(expression);
    if (aggregates.has(text)) return;
    const [subject] = expression.arguments;
    const argument = subject === undefined ? -1 : addArgument(subject, FEATURE_OF[expression.name] ?? 0);
    aggregates.set(text, { call: expression, text, argument, percent: percentOf(expression, input) });
  }
  function addArgument(subject: Expression, features: number): number {
    const text = printExpression(subject);
    const known = argumentList.findIndex((argument) => argument.text === text);
    const index =
      known === -1 ? argumentList.push({ ...compile(subject, input), text, features: 0 }) - 1 : known;
    const argument = argumentList[index];
    if (argument !== undefined) argument.features |= features;
    return index;
  }
  for (const item of command.aggregates) {
    visit(item.expression);
    // An item may also compute with the aliases of the items before it, as in AWS's own samples.
    if (!some(item.expression, isAggregateOrField)) {
      throw new QueryError('stats needs an aggregate such as count(*) here', item.expression.span);
    }
  }
  return { aggregates: [...aggregates.values()], argumentList };
}

function isAggregate(call: Call): boolean {
  return FUNCTIONS.get(call.name.toLowerCase())?.aggregate === true;
}

function isAggregateOrField(expression: Expression): boolean {
  return expression.kind === 'field' || (expression.kind === 'call' && isAggregate(expression));
}

function some(expression: Expression, test: (expression: Expression) => boolean): boolean {
  return test(expression) || children(expression).some((child) => some(child, test));
}

function percentOf(call: Call, scope: Scope): number {
  if (call.name === 'stddev') scope.choices.add('stddev-sample');
  if (call.name !== 'pct') return 0;
  scope.choices.add('percentile-nearest-rank');
  const percent = call.arguments[1];
  if (percent?.kind !== 'number' || percent.value > 100) {
    throw new QueryError(
      'pct takes a percentage from 0 to 100 as its second argument',
      percent?.span ?? call.span,
    );
  }
  return percent.value;
}

function timestampReader(aggregates: readonly Aggregate[], input: Scope): ((row: Row) => number) | undefined {
  const timed = aggregates.find(({ call }) => call.name === 'earliest' || call.name === 'latest');
  if (timed === undefined) return undefined;
  const { get } = compile({ kind: 'field', path: ['@timestamp'], span: timed.call.span }, input);
  return (row) => {
    const value = get(row);
    return typeof value === 'number' ? value : Number.NaN;
  };
}
