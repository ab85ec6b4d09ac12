import { FUNCTIONS } from '../language/functions.ts';
import { printExpression } from '../language/printer.ts';
import { QueryError } from '../language/query-error.ts';
import type { Call, Expression, Span } from '../language/syntax.ts';
import { compileCase, compileCoalesce, compileExtreme } from './branches.ts';
import { ceilTo, floorTo, periodOf } from './datetime.ts';
import { compileRegex } from './regex.ts';
import type { Row } from './row.ts';
import { SCALAR_FUNCTIONS } from './scalar-functions.ts';
import { type Compiled, numeric, resolveField, type Scope, shown, slotReader } from './scope.ts';
import { compare, finite, formatTimestamp, isTrue, toNumber, toText, type Value } from './value.ts';

type Getter = (row: Row) => Value;

/** Makes an expression ready to run in a scope; throws a QueryError for a field, period or regex that cannot be. */
export function compile(expression: Expression, scope: Scope): Compiled {
  if (scope.texts.size > 0 && expression.kind !== 'field') {
    const column = scope.texts.get(printExpression(expression));
    if (column !== undefined) return slotReader(column);
  }
  switch (expression.kind) {
    case 'number':
    case 'string':
    case 'boolean': {
      const { value } = expression;
      return any(() => value);
    }
    case 'period':
      throw new QueryError('A period stands only in bin, datefloor and dateceil', expression.span);
    case 'field':
      return resolveField(expression, scope);
    case 'negate': {
      scope.choices.add('null-arithmetic');
      const operand = number(expression.operand, scope);
      return numeric((row) => -operand(row));
    }
    case 'not': {
      scope.choices.add('null-comparison');
      const operand = compile(expression.operand, scope).get;
      return any((row) => !isTrue(operand(row)));
    }
    case 'arithmetic':
      return compileArithmetic(expression, scope);
    case 'comparison':
      return compileComparison(expression, scope);
    case 'boolean-operation': {
      const left = compile(expression.left, scope).get;
      const right = compile(expression.right, scope).get;
      return expression.operator === 'and'
        ? any((row) => isTrue(left(row)) && isTrue(right(row)))
        : any((row) => isTrue(left(row)) || isTrue(right(row)));
    }
    case 'match':
      return compileMatch(expression, scope);
    case 'in': {
      const subject = compile(expression.subject, scope).get;
      const list = expression.list.map((element) => compile(element, scope).get);
      const { negated } = expression;
      if (negated) scope.choices.add('null-comparison');
      return any((row) => {
        const value = subject(row);
        return list.some((element) => equal(value, element(row))) !== negated;
      });
    }
    case 'call':
      return compileCall(expression, scope);
  }
}

/** Makes an expression ready whose result is wanted as text: a timestamp becomes its date. */
export function compileText(expression: Expression, scope: Scope): (row: Row) => string | null {
  const { get, type } = compile(expression, scope);
  if (type === 'any') return (row) => toText(get(row));
  return (row) => {
    const value = get(row);
    return typeof value === 'number' ? formatTimestamp(value) : toText(value);
  };
}

function any(get: Getter): Compiled {
  return { get, type: 'any' };
}

function number(expression: Expression, scope: Scope): (row: Row) => number {
  const { get, number: direct } = compile(expression, scope);
  if (direct !== undefined) return direct;
  return (row) => {
    const value = get(row);
    return typeof value === 'number' ? value : toNumber(value);
  };
}

// NaN is a missing value here, so that only infinity must be caught after each operation.
function orNaN(value: number): number {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? Number.NaN : value;
}

function compileArithmetic(expression: Expression & { kind: 'arithmetic' }, scope: Scope): Compiled {
  scope.choices.add('null-arithmetic');
  const left = number(expression.left, scope);
  if (expression.operator === '/' && expression.right.kind === 'number') {
    const divisor = expression.right.value;
    return numeric((row) => orNaN(left(row) / divisor));
  }
  const right = number(expression.right, scope);
  switch (expression.operator) {
    case '+':
      return numeric((row) => orNaN(left(row) + right(row)));
    case '-':
      return numeric((row) => orNaN(left(row) - right(row)));
    case '*':
      return numeric((row) => orNaN(left(row) * right(row)));
    case '/':
      return numeric((row) => orNaN(left(row) / right(row)));
    case '%':
      return numeric((row) => orNaN(left(row) % right(row)));
    case '^':
      return numeric((row) => orNaN(left(row) ** right(row)));
  }
}

function compileComparison(expression: Expression & { kind: 'comparison' }, scope: Scope): Compiled {
  if (expression.operator === '!=') scope.choices.add('null-comparison');
  const [left, right] = comparable(expression.left, expression.right, scope);
  switch (expression.operator) {
    case '=':
      return any((row) => equal(left(row), right(row)));
    case '!=':
      return any((row) => !equal(left(row), right(row)));
    case '<':
      return any((row) => order(left(row), right(row)) < 0);
    case '<=':
      return any((row) => order(left(row), right(row)) <= 0);
    case '>':
      return any((row) => order(left(row), right(row)) > 0);
    case '>=':
      return any((row) => order(left(row), right(row)) >= 0);
  }
}

// A timestamp compares as a number, but with a string as the date that it shows.
function comparable(left: Expression, right: Expression, scope: Scope): readonly [Getter, Getter] {
  const [a, b] = [compile(left, scope), compile(right, scope)];
  return [right.kind === 'string' ? shown(a) : a.get, left.kind === 'string' ? shown(b) : b.get];
}

function equal(left: Value, right: Value): boolean {
  if (left === null || right === null) return false;
  if (typeof left === 'string' && left === right) return true;
  return compare(left, right) === 0;
}

function order(left: Value, right: Value): number {
  return left === null || right === null ? Number.NaN : compare(left, right);
}

function compileMatch(expression: Expression & { kind: 'match' }, scope: Scope): Compiled {
  const subject = compileText(expression.subject, scope);
  const { pattern, negated } = expression;
  if (negated) scope.choices.add('null-comparison');
  const test =
    pattern.kind === 'substring'
      ? (text: string) => text.includes(pattern.text)
      : compileRegex(pattern.source, pattern.span).test;
  return any((row) => {
    const text = subject(row);
    return (text !== null && test(text)) !== negated;
  });
}

type SpecialForm = (call: Call, scope: Scope, compileArgument: typeof compile) => Compiled;

const SPECIAL_FORMS: Readonly<Record<string, SpecialForm>> = {
  bin: (call, scope) => truncation({ ...call, arguments: [TIMESTAMP, ...call.arguments] }, scope, floorTo),
  datefloor: (call, scope) => truncation(call, scope, floorTo),
  dateceil: (call, scope) => truncation(call, scope, ceilTo),
  fromMillis: (call, scope) => ({ type: 'timestamp', get: finiteNumber(call.arguments, scope) }),
  toMillis: (call, scope) => any(finiteNumber(call.arguments, scope)),
  now: (_, scope) => any(() => Math.floor(scope.clock.now / 1_000)),
  queryStartTime: (_, scope) => any(() => finite(scope.clock.from)),
  queryEndTime: (_, scope) => any(() => finite(scope.clock.to)),
  queryTimeRange: (_, scope) => any(() => finite(scope.clock.to - scope.clock.from)),
  ispresent: (call, scope) => {
    const [get] = getters(call, scope);
    return any((row) => get?.(row) !== null);
  },
  coalesce: compileCoalesce,
  if: compileCase,
  case: compileCase,
  greatest: compileExtreme,
  least: compileExtreme,
  regexReplace: compileRegexReplace,
};

const TIMESTAMP: Expression = { kind: 'field', path: ['@timestamp'], span: { start: 0, end: 0 } };

function compileCall(call: Call, scope: Scope): Compiled {
  if (FUNCTIONS.get(call.name.toLowerCase())?.aggregate === true) {
    throw new QueryError(
      `The aggregate ${call.name} stands only in stats, and not inside another aggregate`,
      call.span,
    );
  }
  const special = SPECIAL_FORMS[call.name];
  if (special !== undefined) return special(call, scope, compile);
  const apply = SCALAR_FUNCTIONS[call.name];
  if (apply === undefined) throw new QueryError(`The function ${call.name} has no meaning here`, call.span);
  const parameters = call.arguments.map((argument) => shown(compile(argument, scope)));
  const [first, second] = parameters;
  if (parameters.length === 1 && first !== undefined) return any((row) => apply(first(row)));
  if (parameters.length === 2 && first !== undefined && second !== undefined) {
    return any((row) => apply(first(row), second(row)));
  }
  return any((row) => apply(...parameters.map((get) => get(row))));
}

function getters(call: Call, scope: Scope): readonly Getter[] {
  return call.arguments.map((argument) => compile(argument, scope).get);
}

function finiteNumber([argument]: readonly Expression[], scope: Scope): Getter {
  if (argument === undefined) return () => null;
  const get = number(argument, scope);
  return (row) => finite(get(row));
}

function truncation(call: Call, scope: Scope, make: typeof floorTo): Compiled {
  const [subject, periodArgument] = call.arguments;
  const period = periodOf(periodArgument, call.name);
  if (period.capped) scope.choices.add('period-cap');
  if (period.unit === 'w') scope.choices.add('week-start');
  const truncate = make(period);
  const span: Span = call.span;
  const get = number(subject?.span.end === 0 ? { ...TIMESTAMP, span } : (subject ?? TIMESTAMP), scope);
  return {
    type: 'timestamp',
    get(row) {
      const milliseconds = get(row);
      return Number.isNaN(milliseconds) ? null : truncate(milliseconds);
    },
  };
}

function compileRegexReplace(call: Call, scope: Scope): Compiled {
  const [subject, pattern, replacement] = call.arguments;
  if (subject === undefined || pattern?.kind !== 'string' || replacement === undefined) {
    throw new QueryError('regexReplace takes its pattern as a "string"', pattern?.span ?? call.span);
  }
  const regex = compileRegex(pattern.value, pattern.span);
  const text = compileText(subject, scope);
  const by = compileText(replacement, scope);
  return any((row) => {
    const [value, substitute] = [text(row), by(row)];
    return value === null || substitute === null ? null : regex.replaceAll(value, substitute);
  });
}
