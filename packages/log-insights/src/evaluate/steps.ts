import { QueryError } from '../language/query-error.ts';
import {
  type FilterCommand,
  fieldName,
  type Item,
  type ParseCommand,
  type Span,
} from '../language/syntax.ts';
import { compile, compileText } from './compile.ts';
import { compileGlob, compileRegex } from './regex.ts';
import type { Row } from './row.ts';
import { type Compiled, type Scope, slotReader } from './scope.ts';
import type { OutputColumn } from './stats.ts';
import { isTrue } from './value.ts';

/** A step that works on one row at a time: false drops the row. */
export type Step = (row: Row) => boolean;

/** Plans `filter`. */
export function planFilter(command: FilterCommand, scope: Scope): Step {
  const { get } = compile(command.condition, scope);
  return (row) => isTrue(get(row));
}

/** Plans an item of `fields` or `display`: its value is computed once a row, and an alias can be referred to. */
export function defineColumn(item: Item, source: string, scope: Scope, steps: Step[]): OutputColumn {
  const name = nameOf(item, source);
  const { get, type } = compile(item.expression, scope);
  const known =
    item.expression.kind === 'field' && item.alias === undefined ? scope.columns.get(name) : undefined;
  if (known !== undefined) return { name, ...known };
  const slot = store(get, scope, steps);
  // A discovered field keeps its own meaning; only what the query computes becomes a new column to refer to.
  if (item.alias !== undefined || item.expression.kind !== 'field') scope.columns.set(name, { slot, type });
  return { name, slot, type };
}

/** Computes an expression at this place of the query for later, such as the key of a `sort`. */
export function hidden(compiled: Compiled, scope: Scope, steps: Step[]): Compiled {
  return slotReader({ slot: store(compiled.get, scope, steps), type: compiled.type });
}

function store(get: Compiled['get'], scope: Scope, steps: Step[]): number {
  const slot = scope.allocate();
  steps.push((row) => {
    row.slots[slot] = get(row);
    return true;
  });
  return slot;
}

/** Plans `parse`; throws a QueryError for a pattern without groups or with fewer than names. */
export function planParse(command: ParseCommand, scope: Scope, steps: Step[]): readonly OutputColumn[] {
  const subject = compileText(command.subject ?? messageField(command.span), scope);
  const { pattern } = command;
  let names: readonly (string | undefined)[] = command.aliases;
  let match: (text: string) => readonly (string | null)[] | null;
  if (pattern.kind === 'glob') {
    match = compileGlob(pattern.text);
  } else {
    const regex = compileRegex(pattern.source, pattern.span);
    match = regex.match;
    if (names.length === 0) names = regex.groups;
    if (names.length > regex.groups.length || names.every((name) => name === undefined)) {
      throw new QueryError(
        'parse needs a group such as (?<name>…) for each value that it extracts',
        pattern.span,
      );
    }
  }
  const columns = names.flatMap((name, group) =>
    name === undefined ? [] : [{ name, slot: scope.allocate(), group }],
  );
  let text: string | null | undefined;
  let values: readonly (string | null)[] | null = null;
  steps.push((row) => {
    const current = subject(row);
    // The subject is often the same for a whole file (@log, @logStream).
    if (current !== text) {
      text = current;
      values = current === null ? null : match(current);
    }
    for (const { slot, group } of columns) row.slots[slot] = values?.[group] ?? null;
    return true;
  });
  for (const { name, slot } of columns) scope.columns.set(name, { slot, type: 'any' });
  return columns.map(({ name, slot }) => ({ name, slot, type: 'any' }));
}

function messageField(span: Span): { kind: 'field'; path: readonly string[]; span: Span } {
  return { kind: 'field', path: ['@message'], span };
}

/** Makes the item of a field that the query does not name. */
export function bareField(name: string): Item {
  const span = { start: 0, end: 0 };
  return { expression: { kind: 'field', path: [name], span }, alias: undefined, span };
}

/** Names the column of an item: its alias, its field, or its text with single blanks. */
export function nameOf(item: Item, source: string): string {
  if (item.alias !== undefined) return item.alias;
  if (item.expression.kind === 'field') return fieldName(item.expression);
  return source.slice(item.span.start, item.span.end).replace(/\s+/g, ' ');
}
