import { parseArgs } from 'node:util';
import { flagOf, OptionError, type OptionTable } from './options.ts';

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
      {
        type: option.isSwitch ? ('boolean' as const) : ('string' as const),
        ...(option.short !== undefined && { short: option.short }),
      },
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
    const found = known[`--${token.name}`];
    if (found === undefined || ![`--${token.name}`, `-${found.option.short}`].includes(token.rawName)) {
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

/** The lines of `--help` that describe the options: flag, help, default, environment variable. */
export function renderOptions(table: OptionTable): string {
  const rows = Object.entries(table).map(([name, option]) => {
    const remarks = [
      option.isSwitch ? '' : option.allowed,
      option.default === undefined || option.isSwitch ? '' : `default ${[option.default].flat().join(' ')}`,
      option.repeatable ? 'repeatable' : '',
      option.env ?? '',
    ].filter((remark) => remark !== '');
    const short = option.short === undefined ? '' : `, -${option.short}`;
    return [`${flagOf(name)}${short}`, option.help, remarks.length > 0 ? `(${remarks.join('; ')})` : ''];
  });
  const width = Math.max(...rows.map(([flag = '']) => flag.length));
  return rows
    .map(([flag = '', ...rest]) => `  ${flag.padEnd(width)}  ${rest.join(' ')}`.trimEnd())
    .join('\n');
}
