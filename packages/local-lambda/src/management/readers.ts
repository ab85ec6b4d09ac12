import { invalid } from './management-error.ts';

/** Reads one value of a request; throws a ManagementError that names the field, the value and what is allowed. */
export type Read<T> = (value: unknown, field: string) => T;

/** The members of an object by their names. */
export type Shape = Readonly<Record<string, Read<unknown>>>;

/** What a shape reads: what is not given is undefined. */
export type Given<S extends Shape> = { readonly [K in keyof S]?: ReturnType<S[K]> };

const SHOWN = 200;

function mustBe(field: string, allowed: string, value: unknown): never {
  const shown = JSON.stringify(value) ?? String(value);
  throw invalid(
    `${field}: must be ${allowed}, is ${shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown}`,
  );
}

/** A text of some form. */
export function text(pattern: RegExp, allowed: string): Read<string> {
  return (value, field) =>
    typeof value === 'string' && pattern.test(value) ? value : mustBe(field, allowed, value);
}

/** A text of so many characters at most. */
export function textUpTo(max: number, min = 0): Read<string> {
  return (value, field) =>
    typeof value === 'string' && value.length <= max && value.length >= min
      ? value
      : mustBe(field, `a text of ${min} to ${max} characters`, value);
}

/** A whole number; of a query it comes as text. */
export function whole(min: number, max: number): Read<number> {
  return (value, field) => {
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
      ? number
      : mustBe(field, `a whole number from ${min} to ${max}`, value);
  };
}

/** One of some words. */
export function oneOf<T extends string>(...words: readonly T[]): Read<T> {
  return (value, field) => words.find((word) => word === value) ?? mustBe(field, words.join(' or '), value);
}

/** True or false. */
export function flag(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return mustBe(field, 'true or false', value);
}

/** A list of up to `max` values of one kind. */
export function listOf<T>(read: Read<T>, max: number): Read<readonly T[]> {
  return (value, field) =>
    Array.isArray(value) && value.length <= max
      ? value.map((one, i) => read(one, `${field}[${i}]`))
      : mustBe(field, `a list of ${max} at most`, value);
}

/** Values of one kind by names of some form. */
export function mapOf<T>(
  read: Read<T>,
  names: RegExp,
  allowedNames: string,
): Read<Readonly<Record<string, T>>> {
  return (value, field) => {
    if (!isObject(value)) return mustBe(field, 'an object', value);
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => {
        if (!names.test(name)) mustBe(`${field}: a name`, allowedNames, name);
        return [name, read(one, `${field}.${name}`)];
      }),
    );
  };
}

/** An object of known members; one that it does not know is refused, since leaving it out would change what was meant. */
export function shapeOf<S extends Shape>(shape: S): Read<Given<S>> {
  return (value, field) => {
    if (!isObject(value)) return mustBe(field === '' ? 'the body' : field, 'an object', value);
    const given = Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
    return Object.fromEntries(
      given.map(([name, one]) => {
        const at = field === '' ? name : `${field}.${name}`;
        const read = Object.hasOwn(shape, name) ? shape[name] : undefined;
        if (read !== undefined) return [name, read(one, at)];
        throw invalid(`${at}: is not served here, only ${Object.keys(shape).join(', ')}`);
      }),
    ) as Given<S>;
  };
}

/** What is accepted when it says nothing, such as `{}` or an empty list, and refused otherwise. */
export function unserved(reason: string): Read<undefined> {
  return (value, field) => {
    if (isNothing(value)) return undefined;
    throw invalid(`${field}: ${reason}; leave it out`);
  };
}

function isNothing(value: unknown): boolean {
  if (value === '' || value === null || value === false || value === 'None') return true;
  if (typeof value !== 'object') return false;
  return Object.values(value).every(isNothing);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
