import { parseBoundedJson } from '../bounded-json.ts';
import { invalid, LogsError } from './logs-error.ts';

/** The members of a request, not yet checked. */
export type Input = Readonly<Record<string, unknown>>;

const MAX_LIST = 100;

/** Reads a request's body. @throws LogsError when it is no JSON object. */
export function parseInput(body: Buffer): Input {
  try {
    const value = body.length === 0 ? {} : parseBoundedJson(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input;
  } catch {
    // Told below.
  }
  throw new LogsError('SerializationException', 'The body must be a JSON object');
}

/** A text, or undefined when it is not given. */
export function text(input: Input, name: string, maxLength = 512): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw failed(name, value, 'must be a string');
  if (value.length <= maxLength) return value;
  throw failed(name, value, `must have length less than or equal to ${maxLength}`);
}

/** A text that must be given. */
export function needed(input: Input, name: string, maxLength?: number): string {
  const value = text(input, name, maxLength);
  if (value !== undefined && value !== '') return value;
  throw failed(name, value ?? null, 'must not be null');
}

/** A whole number within a range, or undefined when it is not given. */
export function whole(input: Input, name: string, min: number, max: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw failed(name, value, `must be a whole number from ${min} to ${max}`);
}

/** Milliseconds since the epoch, or undefined when they are not given. */
export function time(input: Input, name: string): number | undefined {
  return whole(input, name, 0, Number.MAX_SAFE_INTEGER);
}

/** Whether a switch is on. */
export function flag(input: Input, name: string): boolean {
  const value = input[name];
  if (value === undefined || value === null || typeof value === 'boolean') return value === true;
  throw failed(name, value, 'must be true or false');
}

/** A list of texts, or undefined when it is not given or empty. */
export function texts(input: Input, name: string): readonly string[] | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) {
    throw failed(name, value, 'must be a list of strings');
  }
  if (value.length > MAX_LIST) throw failed(name, value.length, `must have at most ${MAX_LIST} items`);
  return value.length === 0 ? undefined : value;
}

/** One of some words, or undefined when it is not given. */
export function oneOf<T extends string>(input: Input, name: string, words: readonly T[]): T | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw failed(name, value, `must satisfy enum value set: [${words.join(', ')}]`);
}

/** The one log group that a request names, by its name or its ARN. */
export function groupOf(input: Input): string {
  const name = text(input, 'logGroupName');
  const identifier = text(input, 'logGroupIdentifier', 2_048);
  if (name !== undefined && identifier !== undefined) {
    throw invalid('logGroupName and logGroupIdentifier exclude each other: give one');
  }
  if (identifier !== undefined) return groupOfIdentifier(identifier);
  return needed(input, 'logGroupName');
}

/** The name in an ARN such as `arn:aws:logs:eu-west-3:000000000000:log-group:/aws/lambda/a:*`, or the name itself. */
export function groupOfIdentifier(identifier: string): string {
  return /^arn:[\w-]+:logs:[^:]*:[^:]*:log-group:([^:]+)(?::\*)?$/.exec(identifier)?.[1] ?? identifier;
}

function failed(name: string, value: unknown, rule: string): LogsError {
  const shown = JSON.stringify(value)?.slice(0, 200);
  return invalid(
    `1 validation error detected: Value ${shown} at '${name}' failed to satisfy constraint: Member ${rule}`,
  );
}
