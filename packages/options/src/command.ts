import { readFileSync } from 'node:fs';
import { readFlags, renderOptions } from './flags.ts';
import type { Option, OptionSources, OptionTable, Values } from './options.ts';
import { flagOf, OptionError, resolveOptions, resolveWithSources } from './options.ts';
import { filePath, SWITCH } from './readers.ts';

/** The options that every command has besides its own. */
export const COMMON_OPTIONS = {
  config: {
    help: 'JSON file of options by name, such as {"logLevel": "info"} for --log-level',
    ...filePath,
  } satisfies Option<string>,
  showConfig: {
    help: 'show each value and where it comes from, and do nothing else',
    ...SWITCH,
  } satisfies Option<boolean>,
  help: { help: 'show this text', short: 'h', ...SWITCH } satisfies Option<boolean>,
};

/** One command of a program. */
export interface Command<Table extends OptionTable> {
  readonly options: Table;
  /** The text of `--help`, around the lines that describe the options. */
  readonly usage: (options: string) => string;
  /** Values that take the place of built-in defaults, chosen by what was given. */
  readonly presetOf?: (sources: OptionSources) => Readonly<Record<string, unknown>>;
}

/** What a command line asks for: a text to show, or work to be done. */
export type CommandLine<Table extends OptionTable> =
  | { readonly kind: 'show'; readonly text: string }
  | {
      readonly kind: 'run';
      readonly values: Values<Table>;
      /** The words that are not options. */
      readonly words: readonly string[];
    };

/**
 * Reads a command line: `--help`, `--show-config`, or values from default, file, environment and command line.
 * @param readText reads the file of `--config`.
 * @throws OptionError as {@link readFlags} and {@link resolveOptions} do, and on a file that is no JSON object.
 */
export function readCommand<Table extends OptionTable>(
  command: Command<Table>,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): CommandLine<Table> {
  const { options, usage, presetOf } = command;
  const all = { ...options, ...COMMON_OPTIONS };
  const { flags, words } = readFlags(all, args);
  const { help, showConfig, config } = resolveOptions(COMMON_OPTIONS, { flags: pick(flags, COMMON_OPTIONS) });
  if (help) return { kind: 'show', text: usage(renderOptions(all)) };
  const given: OptionSources = {
    environment,
    flags: pick(flags, options),
    ...(config !== undefined && { file: readConfig(config, readText), fileName: config }),
  };
  const sources = presetOf === undefined ? given : { ...given, preset: presetOf(given) };
  if (showConfig) return { kind: 'show', text: renderConfig(options, sources) };
  return { kind: 'run', values: resolveOptions(options, sources), words };
}

/** Each option with its value, as it was written, and where it comes from; what is secret is not shown. */
export function renderConfig(table: OptionTable, sources: OptionSources): string {
  const rows = Object.entries(resolveWithSources(table, sources)).map(([name, { texts, source }]) => {
    const value = table[name]?.isSecret && texts.length > 0 ? '(secret)' : texts.join(' ');
    return [flagOf(name), value === '' ? '–' : value, source] as const;
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      ([flag, value, source]) =>
        `${flag.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${source}\n`,
    )
    .join('');
}

function readConfig(path: string, readText: (path: string) => string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(path));
  } catch (cause) {
    throw new OptionError(`--config ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return parsed as Readonly<Record<string, unknown>>;
  }
  throw new OptionError(`--config ${path} must hold a JSON object of options by name`);
}

function pick(flags: Readonly<Record<string, readonly string[]>>, table: OptionTable) {
  return Object.fromEntries(Object.entries(flags).filter(([name]) => Object.hasOwn(table, name)));
}
