import { parseArgs } from 'node:util';
import type { Architecture } from './cost.ts';
import type { CostAssumptions } from './report/cost-table.ts';
import { DEFAULT_LOGS_FOLDER } from './sources/log-folder.ts';
import { UsageError } from './usage-error.ts';

/** How a result is printed. */
export const FORMATS = ['table', 'markdown', 'csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** Log groups that are queried unless others are named: those of both stacks, by the names of `serverless.yml`. */
export const DEFAULT_GROUPS: readonly string[] = ['/aws/lambda/sheep-shed-*'];

/** Where the log events come from. */
export type Source =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'files'; readonly files: readonly string[] }
  | { readonly kind: 'cloudwatch'; readonly region: string };

/** What the query is: a file or the name of a shipped query, or its text. */
export type QueryArgument =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

/** The command line, understood; times are still as written. */
export type Options =
  | { readonly kind: 'help' }
  | { readonly kind: 'list' }
  | {
      readonly kind: 'query';
      readonly query: QueryArgument;
      readonly source: Source;
      /** Undefined when none was named. */
      readonly groups: readonly string[] | undefined;
      readonly from: string | undefined;
      readonly to: string | undefined;
      readonly format: Format;
      /** What the table of costs assumes; undefined when none is asked for. */
      readonly costs: CostAssumptions | undefined;
    };

interface OptionRow {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  readonly value?: string;
  readonly help: string;
}

/** The option table: it feeds the parser and the help. */
export const OPTION_TABLE: Readonly<Record<string, OptionRow>> = {
  query: {
    type: 'string',
    short: 'q',
    value: '<text>',
    help: 'the query itself, instead of a name or a file',
  },
  from: {
    type: 'string',
    value: '<time>',
    help: 'start: 2026-11-21T10:00:00Z, -1h, or a bench result file (its window)',
  },
  to: { type: 'string', value: '<time>', help: 'end, included; default now on CloudWatch, else no end' },
  group: {
    type: 'string',
    multiple: true,
    value: '<glob>',
    help: `log group, repeatable; default ${DEFAULT_GROUPS.join(' ')}`,
  },
  local: {
    type: 'string',
    value: '<folder>',
    help: `log groups that local-lambda wrote; default ${DEFAULT_LOGS_FOLDER}`,
  },
  logs: {
    type: 'string',
    multiple: true,
    value: '<file>',
    help: 'log lines of a file, - for standard input, repeatable',
  },
  region: { type: 'string', value: '<region>', help: 'run the query on CloudWatch Logs of this region' },
  format: { type: 'string', value: FORMATS.join('|'), help: 'default table' },
  monthly: {
    type: 'string',
    value: '<number>',
    help: 'with the query cost: the whole cost of so many calls a month',
  },
  architecture: { type: 'string', value: 'arm64|x86_64', help: 'with --monthly: default arm64' },
  sheep: { type: 'string', value: '<number>', help: 'with --monthly: sheep in the table; default 1000' },
  list: { type: 'boolean', help: 'show the shipped queries' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
};

/** Understands the arguments; throws a UsageError that names the option, the value and what is allowed. */
export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals } = readArguments(argv);
  if (values['help'] === true) return { kind: 'help' };
  if (values['list'] === true) return { kind: 'list' };
  return {
    kind: 'query',
    query: queryOf(text(values['query']), positionals),
    source: sourceOf(text(values['local']), list(values['logs']), text(values['region'])),
    groups: list(values['group']),
    from: text(values['from']),
    to: text(values['to']),
    format: formatOf(text(values['format'])),
    costs: costsOf(text(values['monthly']), text(values['architecture']), text(values['sheep']), positionals),
  };
}

/** Renders the help. */
export function renderHelp(): string {
  const rows = Object.entries(OPTION_TABLE).map(([name, { short, value, help }]) => {
    const flag = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return `  ${flag.padEnd(38)}${help}`;
  });
  return [
    'Usage: npm run insights -- <shipped query or file> [options]',
    "       npm run insights -- -q 'stats count(*) by @type' [options]",
    '',
    ...rows,
    '',
    'Examples:',
    '  npm run insights -- compare',
    '  npm run insights -- slowest --from -1h --format markdown',
    '  npm run insights -- cold-starts --region eu-west-3 --from -3h',
    '  aws logs tail /aws/lambda/x | npm run insights -- compare --logs - --group /aws/lambda/x',
    '',
  ].join('\n');
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function readArguments(argv: readonly string[]): { values: Values; positionals: readonly string[] } {
  const options = Object.fromEntries(
    Object.entries(OPTION_TABLE).map(([name, { type, short, multiple }]) => [
      name,
      { type, multiple: multiple === true, ...(short === undefined ? {} : { short }) },
    ]),
  );
  try {
    // A relative time such as -1h looks like a flag: it is bound to its option first.
    return parseArgs({ args: bindTimes(argv), options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    throw new UsageError(`${message.replace(/\s+/g, ' ')}; --help shows what is allowed`);
  }
}

function bindTimes(argv: readonly string[]): string[] {
  const bound: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? '';
    const next = argv[i + 1];
    if ((argument === '--from' || argument === '--to') && next !== undefined && /^-\d/.test(next)) {
      bound.push(`${argument}=${next}`);
      i++;
    } else {
      bound.push(argument);
    }
  }
  return bound;
}

function text(value: Values[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: Values[string]): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}

function queryOf(query: string | undefined, positionals: readonly string[]): QueryArgument {
  const [name, extra] = positionals;
  if (extra !== undefined) throw new UsageError(`One query at a time: "${extra}" follows "${name}"`);
  if (query !== undefined && name !== undefined) {
    throw new UsageError(`--query and the query "${name}" exclude each other: give one`);
  }
  if (query !== undefined) return { kind: 'text', text: query };
  if (name === undefined)
    throw new UsageError('No query given: name a shipped query or a file, or use -q; --list shows them');
  return { kind: 'named', name };
}

function sourceOf(
  folder: string | undefined,
  files: readonly string[] | undefined,
  region: string | undefined,
): Source {
  const given = [folder && '--local', files && '--logs', region && '--region'].filter(Boolean);
  if (given.length > 1) throw new UsageError(`${given.join(' and ')} exclude each other: give one source`);
  if (files !== undefined) return { kind: 'files', files };
  if (region === undefined) return { kind: 'folder', folder: folder ?? DEFAULT_LOGS_FOLDER };
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new UsageError(`--region "${region}" is no AWS region: write it like eu-west-3`);
  }
  return { kind: 'cloudwatch', region };
}

function formatOf(value = 'table'): Format {
  const format = FORMATS.find((name) => name === value);
  if (format === undefined) throw new UsageError(`--format "${value}" is unknown: use ${FORMATS.join(', ')}`);
  return format;
}

function costsOf(
  monthly: string | undefined,
  architecture: string | undefined,
  sheep: string | undefined,
  positionals: readonly string[],
): CostAssumptions | undefined {
  if (monthly === undefined) {
    const [name, value] = architecture === undefined ? ['--sheep', sheep] : ['--architecture', architecture];
    if (value !== undefined) throw new UsageError(`${name} "${value}" needs --monthly`);
    return undefined;
  }
  if (positionals[0] !== 'cost')
    throw new UsageError(`--monthly "${monthly}" goes only with the shipped query cost`);
  return {
    monthly: numberOf('--monthly', monthly),
    architecture: architectureOf(architecture),
    sheep: numberOf('--sheep', sheep ?? '1000'),
  };
}

function architectureOf(value = 'arm64'): Architecture {
  if (value === 'arm64' || value === 'x86_64') return value;
  throw new UsageError(`--architecture "${value}" is unknown: use arm64 or x86_64`);
}

function numberOf(option: string, value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1e12)) {
    throw new UsageError(`${option} "${value}" must be a number from 0 to 1000000000000`);
  }
  return number;
}
