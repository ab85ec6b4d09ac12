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
  /** The letter of its short flag, such as `q` for `-q`. */
  readonly short?: string;
  readonly repeatable?: true;
  /** A switch takes no value on the command line; elsewhere `true` or `false`. */
  readonly isSwitch?: true;
  /** Neither errors nor `--show-config` repeat its value. */
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
  /** What takes the place of built-in defaults. */
  readonly preset?: Readonly<Record<string, unknown>>;
  readonly file?: Readonly<Record<string, unknown>>;
  /** What errors call the file; default "the file". */
  readonly fileName?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, readonly string[]>>;
}

/** A value and where it came from. */
export interface ResolvedOption {
  readonly value: unknown;
  /** As it was written; empty when there is none. */
  readonly texts: readonly string[];
  /** Such as `default`, `preset`, `bench.json`, `BENCH_HERD`, `command line`. */
  readonly source: string;
}

/**
 * Resolves a table: built-in default, then preset, file, environment, command line, each beating the one before.
 * @throws OptionError on a value that is not allowed, a required one that is missing, an unknown key of the file.
 */
export function resolveOptions<Table extends OptionTable>(
  table: Table,
  sources: OptionSources,
): Values<Table> {
  const resolved = Object.entries(resolveWithSources(table, sources));
  return Object.fromEntries(resolved.map(([name, { value }]) => [name, value])) as Values<Table>;
}

/** As {@link resolveOptions}, and tells where each value came from. */
export function resolveWithSources(
  table: OptionTable,
  sources: OptionSources,
): Readonly<Record<string, ResolvedOption>> {
  const { file = {}, fileName = 'the file' } = sources;
  const unknownKey = Object.keys(file).find((key) => !Object.hasOwn(table, key));
  if (unknownKey !== undefined) {
    throw new OptionError(
      `unknown key ${unknownKey} in ${fileName}; allowed: ${Object.keys(table).join(', ')}`,
    );
  }
  return Object.fromEntries(
    Object.entries(table).map(([name, option]) => [name, resolveOption(name, option, sources)]),
  );
}

function resolveOption(name: string, option: Option<unknown>, sources: OptionSources): ResolvedOption {
  const { preset = {}, file = {}, fileName = 'the file', environment = {}, flags = {} } = sources;
  const given = flags[name];
  if (given !== undefined) return readTexts('command line', flagOf(name), option, given);
  const { env } = option;
  const variable = env === undefined ? undefined : environment[env];
  if (env !== undefined && variable !== undefined) {
    return readTexts(env, env, option, option.repeatable ? variable.split(',') : [variable]);
  }
  if (Object.hasOwn(file, name)) return readTexts(fileName, name, option, textsOf(name, option, file[name]));
  if (Object.hasOwn(preset, name))
    return readTexts('preset', name, option, textsOf(name, option, preset[name]));
  if (option.required) {
    throw new OptionError(`${env ?? flagOf(name)} is missing: it must be ${option.allowed}`);
  }
  if (option.default === undefined) return { value: undefined, texts: [], source: 'not given' };
  return { value: option.default, texts: [option.default].flat().map(String), source: 'default' };
}

function textsOf(name: string, option: Option<unknown>, value: unknown): readonly string[] {
  const values = [value].flat();
  if (values.every((one) => ['string', 'number', 'boolean'].includes(typeof one))) return values.map(String);
  throw new OptionError(
    `${name} must be a text, a number, true, false, or a list of them; got ${shown(option, JSON.stringify(value))}`,
  );
}

/** The flag of an option, in kebab case. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}

function readTexts(
  source: string,
  named: string,
  option: Option<unknown>,
  texts: readonly string[],
): ResolvedOption {
  const once = option.repeatable === true || texts.length === 1;
  const value = once ? option.read(texts) : undefined;
  if (value !== undefined) return { value, texts, source };
  const times = once ? '' : ' and be given once';
  const given = shown(option, JSON.stringify(texts.join(',')));
  throw new OptionError(`${named} must be ${option.allowed}${times}; got ${given}`);
}

function shown({ isSecret }: Option<unknown>, value: string): string {
  return isSecret ? 'a value that is not shown' : value;
}
