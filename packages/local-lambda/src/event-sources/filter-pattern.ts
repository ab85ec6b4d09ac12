import { LocalLambdaError } from '../local-lambda-error.ts';

/** A filter of an event source mapping, read; it says whether an event passes. */
export type Filter = (event: unknown) => boolean;

/** Whether a value, of which an event may hold several in a list, fits one rule of a pattern. */
type Rule = (value: unknown) => boolean;

type Fields = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 20;

/**
 * Reads a filter pattern: exact values, `prefix`, `suffix`, `equals-ignore-case`, `wildcard`, `anything-but`,
 * `numeric`, `exists`, and `$or`.
 * @param path where it stands in the template.
 * @throws LocalLambdaError naming the field of the pattern that is no rule.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
 */
export function readFilterPattern(pattern: unknown, path: string): Filter {
  const given = typeof pattern === 'string' ? parsePattern(pattern, path) : pattern;
  return readFields(given, path, 0);
}

/**
 * Makes the filter of SQS out of a pattern: as on AWS, a `body` that the pattern reads as JSON must be JSON, and one
 * that it reads as text must not.
 */
export function readSqsPattern(pattern: unknown, path: string): Filter {
  const given = typeof pattern === 'string' ? parsePattern(pattern, path) : pattern;
  const passes = readFields(given, path, 0);
  const { body } = Object(given) as { body?: unknown };
  if (body === undefined) return passes;
  const wantsText = Array.isArray(body);
  return (event) => {
    const record = event as Fields;
    const parsed = jsonObject(record['body']);
    if ((parsed === undefined) !== wantsText) return false;
    return passes(wantsText ? record : { ...record, body: parsed });
  };
}

function jsonObject(text: unknown): unknown {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function parsePattern(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LocalLambdaError(`${path}: is not JSON (${(cause as Error).message})`, { cause });
  }
}

/** A pattern of fields: each must pass, of `$or` one. */
function readFields(pattern: unknown, path: string, depth: number): Filter {
  if (!isFields(pattern) || depth > MAX_DEPTH) {
    throw new LocalLambdaError(
      `${path}: must be an object of fields, at most ${MAX_DEPTH} deep, is ${JSON.stringify(pattern)}`,
    );
  }
  const filters = Object.entries(pattern).map(([name, inner]): Filter => {
    const at = `${path}.${name}`;
    if (name === '$or') {
      if (!Array.isArray(inner) || inner.length < 2) {
        throw new LocalLambdaError(`${at}: must be a list of two patterns at least`);
      }
      const any = inner.map((one, i) => readFields(one, `${at}[${i}]`, depth + 1));
      return (event) => any.some((passes) => passes(event));
    }
    if (!Array.isArray(inner)) {
      const passes = readFields(inner, at, depth + 1);
      return (event) => [fieldOf(event, name)].flat().some(passes);
    }
    const rules = inner.map((rule, i) => readRule(rule, `${at}[${i}]`));
    return (event) => {
      const value = fieldOf(event, name);
      const values = Array.isArray(value) ? value : [value];
      return rules.some((fits) => values.some(fits));
    };
  });
  return (event) => filters.every((passes) => passes(event));
}

function fieldOf(event: unknown, name: string): unknown {
  return isFields(event) && Object.hasOwn(event, name) ? event[name] : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readRule(rule: unknown, path: string): Rule {
  if (!isFields(rule)) {
    if (Array.isArray(rule)) throw new LocalLambdaError(`${path}: must be a value or a rule, is a list`);
    return (value) => value === rule;
  }
  const [[name, argument] = []] = Object.entries(rule);
  const read = name === undefined || !Object.hasOwn(RULES, name) ? undefined : RULES[name];
  if (read === undefined || Object.keys(rule).length !== 1) {
    const known = Object.keys(RULES).join(', ');
    throw new LocalLambdaError(`${path}: must be a value or one of ${known}, is ${JSON.stringify(rule)}`);
  }
  return read(argument, `${path}.${name}`);
}

const RULES: Readonly<Record<string, (argument: unknown, path: string) => Rule>> = {
  prefix: textRule((value, text) => value.startsWith(text)),
  suffix: textRule((value, text) => value.endsWith(text)),
  'equals-ignore-case': textRule((value, text) => value.toLowerCase() === text.toLowerCase()),
  wildcard: textRule(fitsWildcard),
  // Of a field that is an object there is none: only leaves exist.
  exists: (argument, path) => {
    if (typeof argument !== 'boolean') throw mustBe('true or false', argument, path);
    return (value) => (value !== undefined && !isFields(value)) === argument;
  },
  'anything-but': (argument, path) => {
    const rules = [argument].flat().map((one, i) => readRule(one, `${path}[${i}]`));
    return (value) => value !== undefined && !isFields(value) && !rules.some((fits) => fits(value));
  },
  numeric: readNumeric,
};

/** Linear in the text for each star: a pattern of many stars must not hold the host. */
function fitsWildcard(value: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first) || !value.endsWith(last)) return false;
  const end = value.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = value.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= end;
}

function textRule(fits: (value: string, text: string) => boolean) {
  return (argument: unknown, path: string): Rule => {
    const texts = [argument].flat();
    if (!texts.every((text) => typeof text === 'string')) throw mustBe('a text', argument, path);
    return (value) => typeof value === 'string' && texts.some((text) => fits(value, text));
  };
}

const COMPARE: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

function readNumeric(argument: unknown, path: string): Rule {
  const parts = Array.isArray(argument) ? argument : [];
  const pairs = parts.flatMap((_part, i) => (i % 2 === 0 ? [[parts[i], parts[i + 1]] as const] : []));
  const isRange = pairs.every(
    ([operator, limit]) => Object.hasOwn(COMPARE, String(operator)) && typeof limit === 'number',
  );
  if (pairs.length < 1 || pairs.length > 2 || !isRange) {
    throw mustBe('one or two comparisons such as [">", 0, "<=", 5]', argument, path);
  }
  return (value) =>
    typeof value === 'number' && pairs.every(([operator, limit]) => COMPARE[operator]?.(value, limit));
}

function mustBe(what: string, value: unknown, path: string): LocalLambdaError {
  return new LocalLambdaError(`${path}: must be ${what}, is ${JSON.stringify(value)}`);
}
