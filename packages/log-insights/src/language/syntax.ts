/** Offsets of a piece of the query, in UTF-16 units: start included, end not. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Units of a period, from one millisecond to one year. */
export type PeriodUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'mo' | 'q' | 'y';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^';
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type BooleanOperator = 'and' | 'or';

/** A log field; `a.b[0]` has the path `['a', 'b', 0]`. */
export interface Field {
  readonly kind: 'field';
  readonly path: readonly (string | number)[];
  readonly span: Span;
}

/** What `like` and `=~` look for: a substring or a regular expression. */
export type Pattern =
  | { readonly kind: 'substring'; readonly text: string; readonly span: Span }
  | { readonly kind: 'regex'; readonly source: string; readonly span: Span };

/** A call of a function or an aggregate; `name` is the documentation's spelling, `star` marks `count(*)`. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly star: boolean;
  readonly span: Span;
}

export type Expression =
  | { readonly kind: 'number'; readonly value: number; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly span: Span }
  | { readonly kind: 'period'; readonly count: number; readonly unit: PeriodUnit; readonly span: Span }
  | Field
  | Call
  | { readonly kind: 'negate'; readonly operand: Expression; readonly span: Span }
  | { readonly kind: 'not'; readonly operand: Expression; readonly span: Span }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'boolean-operation';
      readonly operator: BooleanOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: 'match';
      readonly negated: boolean;
      readonly subject: Expression;
      readonly pattern: Pattern;
      readonly span: Span;
    }
  | {
      readonly kind: 'in';
      readonly negated: boolean;
      readonly subject: Expression;
      readonly list: readonly Expression[];
      readonly span: Span;
    };

/** An expression with its column name: the alias, or else the text as it is written. */
export interface Item {
  readonly expression: Expression;
  readonly alias: string | undefined;
  readonly span: Span;
}

export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
}

export interface FieldsCommand {
  readonly kind: 'fields';
  readonly items: readonly Item[];
  readonly span: Span;
}
export interface DisplayCommand {
  readonly kind: 'display';
  readonly items: readonly Item[];
  readonly span: Span;
}
export interface FilterCommand {
  readonly kind: 'filter';
  readonly condition: Expression;
  readonly span: Span;
}
export interface StatsCommand {
  readonly kind: 'stats';
  readonly aggregates: readonly Item[];
  readonly by: readonly Item[];
  readonly span: Span;
}
export interface SortCommand {
  readonly kind: 'sort';
  readonly keys: readonly SortKey[];
  readonly span: Span;
}
export interface LimitCommand {
  readonly kind: 'limit';
  readonly count: number;
  readonly span: Span;
}
export interface DedupCommand {
  readonly kind: 'dedup';
  readonly fields: readonly Field[];
  readonly span: Span;
}
/** `parse`: without a subject it reads `@message`; a glob has one alias per `*`, a regex names its groups or its aliases. */
export interface ParseCommand {
  readonly kind: 'parse';
  readonly subject: Field | undefined;
  readonly pattern:
    | { readonly kind: 'glob'; readonly text: string; readonly span: Span }
    | { readonly kind: 'regex'; readonly source: string; readonly span: Span };
  readonly aliases: readonly string[];
  readonly span: Span;
}

export type Command =
  | FieldsCommand
  | DisplayCommand
  | FilterCommand
  | StatsCommand
  | SortCommand
  | LimitCommand
  | DedupCommand
  | ParseCommand;

/** A query: its commands in order, and the text it was parsed from, which names columns without alias. */
export interface Query {
  readonly source: string;
  readonly commands: readonly Command[];
}

/** Writes the path of a field as the name of its column: `a.b[0]`. */
export function fieldName(field: Field): string {
  return field.path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

/** Collects the expressions directly below an expression. */
export function children(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call':
      return expression.arguments;
    case 'negate':
    case 'not':
      return [expression.operand];
    case 'arithmetic':
    case 'comparison':
    case 'boolean-operation':
      return [expression.left, expression.right];
    case 'match':
      return [expression.subject];
    case 'in':
      return [expression.subject, ...expression.list];
    default:
      return [];
  }
}
