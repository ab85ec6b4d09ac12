import { parseArgs } from 'node:util';

/** A configuration that cannot be used: names the option, where its value came from, and what is allowed. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** One option of a program; `T` is the type of its resolved value. */
export interface Option<T> {
  /** One line for `--help` and the docs, with the unit. */
  readonly help: string;
  /** What is allowed, in words that follow "must be". */
  readonly allowed: string;
  /** Reads the texts given for it, one unless repeatable; `undefined` when they are not allowed. */
  readonly read: (texts: readonly string[]) => T | undefined;
  /** The built-in default; absent when there is none and the value may stay `undefined`. */
  readonly default?: T;
  /** Must be given somewhere; excludes a default. */
  readonly required?: true;
  /** Name of its environment variable; absent when it has none. */
  readonly env?: string;
  readonly repeatable?: true;
  /** A switch takes no value on the command line; elsewhere `true` or `false`. */
  readonly isSwitch?: true;
  /** Errors do not repeat its value. */
  readonly isSecret?: true;
}

/** The options of one program by name; feeds flags, environment, file keys, help and docs. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** What a table resolves to. */
export type Values<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends
    | { readonly default: unknown }
    | { readonly required: true }
    ? Given<Table[Name]>
    : Given<Table[Name]> | undefined;
};
type Given<O extends Option<unknown>> = NonNullable<ReturnType<O['read']>>;
/** Where values come from, lowest precedence first; all beat the built-in default. */
export interface OptionSources {
  readonly file?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Resolves a table: built-in default, then file, environment, command line, each beating the one before.
 * @throws OptionError on a value that is not allowed, a required one that is missing, an unknown key of the file.
 */
export function resolveOptions<Table extends OptionTable>(
  table: Table,
  sources: OptionSources,
): Values<Table> {
  const { file = {}, environment = {}, flags = {} } = sources;
  const unknownKey = Object.keys(file).find((key) => !Object.hasOwn(table, key));
  if (unknownKey !== undefined) {
    throw new OptionError(`unknown key ${unknownKey} in the file; allowed: ${Object.keys(table).join(', ')}`);
  }
  const values = Object.entries(table).map(([name, option]) => {
    const given = flags[name];
    if (given !== undefined) return [name, readValue(flagOf(name), option, given)];
    const variable = option.env === undefined ? undefined : environment[option.env];
    if (variable !== undefined) return [name, readValue(option.env ?? name, option, variable.split(','))];
    if (Object.hasOwn(file, name)) return [name, readValue(name, option, [file[name]].flat().map(String))];
    if (option.required) {
      throw new OptionError(`${option.env ?? flagOf(name)} is missing: it must be ${option.allowed}`);
    }
    return [name, option.default];
  });
  return Object.fromEntries(values) as Values<Table>;
}

/**
 * Reads a command line into texts by option name, and the words that are not flags.
 * @throws OptionError on an unknown flag, a flag without its value, or a repeated one that is not repeatable.
 */
export function readFlags(table: OptionTable, args: readonly string[]) {
  const known = Object.fromEntries(
    Object.entries(table).map(([name, option]) => [flagOf(name), { name, option }]),
  );
  const options = Object.fromEntries(
    Object.entries(known).map(([flag, { option }]) => [
      flag.slice(2),
      { type: option.isSwitch ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags: Record<string, string[]> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const found = known[token.rawName];
    if (found === undefined) {
      throw new OptionError(`unknown option ${token.rawName}; allowed: ${Object.keys(known).join(', ')}`);
    }
    const text = found.option.isSwitch ? (token.value ?? 'true') : token.value;
    // A value that looks like a flag is a forgotten value; a negative number is judged by its option.
    if (text === undefined || (!token.inlineValue && /^--/.test(text))) {
      throw new OptionError(`${token.rawName} lacks its value: it must be ${found.option.allowed}`);
    }
    flags[found.name] ??= [];
    flags[found.name]?.push(text);
  }
  return { flags, words };
}

/** The flag of an option, in kebab case. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

/** The lines of `--help` that describe the options: flag, help, default, environment variable. */
export function renderOptions(table: OptionTable): string {
  const rows = Object.entries(table).map(([name, option]) => {
    const remarks = [
      option.isSwitch ? '' : option.allowed,
      option.default === undefined || option.isSwitch ? '' : `default ${[option.default].flat().join(' ')}`,
      option.repeatable ? 'repeatable' : '',
      option.env ?? '',
    ].filter((remark) => remark !== '');
    return [flagOf(name), option.help, remarks.length > 0 ? `(${remarks.join('; ')})` : ''];
  });
  const width = Math.max(...rows.map(([flag = '']) => flag.length));
  return rows
    .map(([flag = '', ...rest]) => `  ${flag.padEnd(width)}  ${rest.join(' ')}`.trimEnd())
    .join('\n');
}

function readValue(source: string, option: Option<unknown>, texts: readonly string[]): unknown {
  const once = option.repeatable === true || texts.length === 1;
  const value = once ? option.read(texts) : undefined;
  if (value !== undefined) return value;
  const times = once ? '' : ' and be given once';
  const given = option.isSecret ? 'a value that is not shown' : JSON.stringify(texts.join(','));
  throw new OptionError(`${source} must be ${option.allowed}${times}; got ${given}`);
}
