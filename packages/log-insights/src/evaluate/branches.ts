import type { Call, Expression } from '../language/syntax.ts';
import type { Row } from './row.ts';
import { SCALAR_FUNCTIONS } from './scalar-functions.ts';
import { type Compiled, type Scope, shown } from './scope.ts';
import { isTrue, type Value, type ValueType } from './value.ts';

type Getter = (row: Row) => Value;
type Compile = (expression: Expression, scope: Scope) => Compiled;

// All branches must be timestamps for the result to be one; a mixed result shows its dates as text.
function unify(branches: readonly Compiled[]): {
  readonly gets: readonly Getter[];
  readonly type: ValueType;
} {
  const allTimestamps = branches.length > 0 && branches.every(({ type }) => type === 'timestamp');
  if (allTimestamps) return { gets: branches.map(({ get }) => get), type: 'timestamp' };
  return { gets: branches.map(shown), type: 'any' };
}

/** `coalesce`: the first value that is not missing. */
export function compileCoalesce(call: Call, scope: Scope, compile: Compile): Compiled {
  const { gets, type } = unify(call.arguments.map((argument) => compile(argument, scope)));
  const [first, second] = gets;
  if (gets.length === 2 && first !== undefined && second !== undefined) {
    return { type, get: (row) => first(row) ?? second(row) };
  }
  return {
    type,
    get(row) {
      for (const get of gets) {
        const value = get(row);
        if (value !== null) return value;
      }
      return null;
    },
  };
}

/** `if` and `case`: conditions and values alternate, an odd argument at the end is the default. */
export function compileCase(call: Call, scope: Scope, compile: Compile): Compiled {
  const parts = call.arguments;
  const pairs = Math.floor(parts.length / 2);
  const conditions = parts.filter((_, index) => index % 2 === 0 && index < 2 * pairs);
  const tests = conditions.map((condition) => compile(condition, scope).get);
  const values = parts.filter((_, index) => index % 2 === 1 || index >= 2 * pairs);
  const { gets, type } = unify(values.map((value) => compile(value, scope)));
  const fallback = gets[pairs] ?? (() => null);
  return {
    type,
    get(row) {
      const chosen = tests.findIndex((test) => isTrue(test(row)));
      return ((chosen === -1 ? undefined : gets[chosen]) ?? fallback)(row);
    },
  };
}

/** `greatest` and `least`. */
export function compileExtreme(call: Call, scope: Scope, compile: Compile): Compiled {
  const { gets, type } = unify(call.arguments.map((argument) => compile(argument, scope)));
  const apply = SCALAR_FUNCTIONS[call.name];
  return { type, get: (row) => apply?.(...gets.map((get) => get(row))) ?? null };
}
