import { invalid, type LogsError } from './logs-error.ts';
import { type MessageFilter, regexTest } from './regex-term.ts';

type Condition = (root: unknown) => boolean;

const TOKEN =
  /\s*(&&|\|\||[()]|!=|<=|>=|[=<>]|\$(?:\.[\w@-]+|\[(?:\d+|"[^"]*"|\*)\])+|"(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)*%|[^\s"%()=<>!&|]+)/y;
/** Conditions within conditions, at most. */
const MAX_DEPTH = 20;

/**
 * Understands a condition on events that are JSON, such as `{ $.level = "ERROR" && $.record.n > 5 }`: `=`, `!=`, `<`,
 * `<=`, `>`, `>=` with numbers, texts with `*` and expressions between `%`, `IS TRUE`, `IS FALSE`, `IS NULL`,
 * `NOT EXISTS`, `&&`, `||` and brackets.
 * @throws LogsError at what is none.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 */
export function jsonFilter(pattern: string): MessageFilter {
  const inner = /^\{(.*)\}$/s.exec(pattern)?.[1];
  if (inner === undefined) throw wrong(pattern, 'it must end with }');
  const condition = parse(tokensOf(inner, pattern), pattern);
  return (message) => {
    const brace = message.indexOf('{');
    if (brace === -1) return false;
    try {
      return condition(JSON.parse(message));
    } catch {
      return false;
    }
  };
}

function tokensOf(text: string, pattern: string): string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw wrong(pattern, `at ${text.slice(at).trim()}`);
    tokens.push(token);
  }
  return tokens;
}

function parse(tokens: string[], pattern: string): Condition {
  const condition = anyOf(0);
  if (tokens.length > 0) throw wrong(pattern, `at ${tokens[0]}`);
  return condition;

  function anyOf(depth: number): Condition {
    const parts = [allOf(depth)];
    while (tokens[0] === '||') parts.push(after(() => allOf(depth)));
    return (root) => parts.some((part) => part(root));
  }

  function allOf(depth: number): Condition {
    const parts = [single(depth)];
    while (tokens[0] === '&&') parts.push(after(() => single(depth)));
    return (root) => parts.every((part) => part(root));
  }

  function after(next: () => Condition): Condition {
    tokens.shift();
    return next();
  }

  function single(depth: number): Condition {
    const token = tokens.shift();
    if (token === '(' && depth < MAX_DEPTH) {
      const inner = anyOf(depth + 1);
      if (tokens.shift() !== ')') throw wrong(pattern, 'a ) is missing');
      return inner;
    }
    if (token === undefined || !token.startsWith('$')) {
      throw wrong(pattern, `a field such as $.level must stand where ${token ?? 'it ends'} does`);
    }
    return comparison(token);
  }

  function comparison(selector: string): Condition {
    const path = pathOf(selector);
    const operator = tokens.shift() ?? '';
    const operand = tokens.shift();
    if (operand === undefined) throw wrong(pattern, `${selector} ${operator} has nothing to compare with`);
    switch (`${operator.toUpperCase()} ${operand.toUpperCase()}`) {
      case 'IS TRUE':
        return (root) => find(root, path) === true;
      case 'IS FALSE':
        return (root) => find(root, path) === false;
      case 'IS NULL':
        return (root) => find(root, path) === null;
      case 'NOT EXISTS':
        return (root) => find(root, path) === undefined;
    }
    const test = testOf(operator, operand);
    return (root) => {
      const value = find(root, path);
      return value !== undefined && value !== null && typeof value !== 'object' && test(value);
    };
  }

  function testOf(operator: string, operand: string): (value: unknown) => boolean {
    const number = Number(operand);
    switch (operator) {
      case '=':
        return equals(operand);
      case '!=': {
        const same = equals(operand);
        return (value) => !same(value);
      }
      case '<':
        return numeric((value) => value < number);
      case '<=':
        return numeric((value) => value <= number);
      case '>':
        return numeric((value) => value > number);
      case '>=':
        return numeric((value) => value >= number);
      default:
        throw wrong(pattern, `${operator} is no comparison`);
    }
    function numeric(compare: (value: number) => boolean): (value: unknown) => boolean {
      if (Number.isNaN(number)) throw wrong(pattern, `${operator} needs a number, not ${operand}`);
      return (value) => typeof value === 'number' && compare(value);
    }
  }
}

function equals(operand: string): (value: unknown) => boolean {
  if (operand.startsWith('%')) {
    const test = regexTest(operand.slice(1, -1));
    return (value) => test(String(value));
  }
  const quoted = operand.startsWith('"');
  const literal = quoted ? operand.slice(1, -1).replaceAll(/\\(.)/g, '$1') : operand;
  const number = quoted || literal.includes('*') ? Number.NaN : Number(literal);
  if (!Number.isNaN(number)) return (value) => value === number || value === literal;
  if (!literal.includes('*')) return (value) => String(value) === literal;
  const parts = literal.split('*').map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`, 's');
  return (value) => pattern.test(String(value));
}

function pathOf(selector: string): readonly string[] {
  return [...selector.matchAll(/\.([\w@-]+)|\[(?:(\d+|\*)|"([^"]*)")\]/g)].map(
    ([, name, index, quoted]) => name ?? index ?? quoted ?? '',
  );
}

/** The first value that a path leads to; undefined where there is none. */
function find(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined || value === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (first === '*' && Array.isArray(value)) {
    return value.map((item) => find(item, rest)).find((item) => item !== undefined);
  }
  return Object.hasOwn(value, first) ? find((value as Record<string, unknown>)[first], rest) : undefined;
}

function wrong(pattern: string, why: string): LogsError {
  return invalid(`Invalid filter pattern ${pattern}: ${why}`);
}
