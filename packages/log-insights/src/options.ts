import { parseArgs } from 'node:util';
import { DEFAULT_QUERIES_FOLDER } from './named-queries.ts';
import { isGlob } from './sources/glob.ts';
import { DEFAULT_GROUPS } from './sources/log-source.ts';
import { UsageError } from './usage-error.ts';

/** How a result is printed. */
export const FORMATS = ['table', 'markdown', 'csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** Where local-lambda writes its log groups, unless told otherwise. */
const DEFAULT_LOGS_FOLDER = 'results/logs';

/** Where the log events come from. */
export type Source =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'files'; readonly files: readonly string[]; readonly group: string | undefined }
  | { readonly kind: 'cloudwatch'; readonly region: string };

/** What the query is: its name in the folder of queries, or its file; or its text. */
export type QueryArgument =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

/** The command line, understood; times are still as written. */
export type Options =
  | { readonly kind: 'help' }
  | { readonly kind: 'list'; readonly queries: string | undefined }
  | (Common & {
      readonly kind: 'query';
      readonly query: QueryArgument;
      /** Folder of the named queries; undefined for the default one. */
      readonly queries: string | undefined;
    })
  | (Common & {
      readonly kind: 'cost';
      /** Invocations of each function in a month; undefined for a table without months. */
      readonly monthly: number | undefined;
    });

interface Common {
  readonly source: Source;
  /** Undefined when none was named. */
  readonly groups: readonly string[] | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly format: Format;
}

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
  queries: {
    type: 'string',
    value: '<folder>',
    help: `named queries, as <name>.logsinsights; default ${DEFAULT_QUERIES_FOLDER}`,
  },
  list: { type: 'boolean', help: 'show the named queries' },
  cost: { type: 'boolean', help: 'instead of a query: what each function costs, from its REPORT lines' },
  monthly: { type: 'string', value: '<number>', help: 'with --cost: so many invocations a month' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
};

/** Understands the arguments; throws a UsageError that names the option, the value and what is allowed. */
export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals } = readArguments(argv);
  if (values['help'] === true) return { kind: 'help' };
  const queries = text(values['queries']);
  if (values['list'] === true) return { kind: 'list', queries };
  const groups = list(values['group']);
  const common = {
    source: sourceOf(text(values['local']), list(values['logs']), text(values['region']), groups),
    groups,
    from: text(values['from']),
    to: text(values['to']),
    format: formatOf(text(values['format'])),
  };
  const [query, monthly] = [text(values['query']), text(values['monthly'])];
  if (values['cost'] === true) {
    if (query !== undefined || positionals.length > 0)
      throw new UsageError('--cost excludes a query: give one');
    return {
      kind: 'cost',
      ...common,
      monthly: monthly === undefined ? undefined : numberOf('--monthly', monthly),
    };
  }
  if (monthly !== undefined) throw new UsageError(`--monthly "${monthly}" needs --cost`);
  return { kind: 'query', ...common, query: queryOf(query, positionals), queries };
}

/** Renders the help. */
export function renderHelp(): string {
  const rows = Object.entries(OPTION_TABLE).map(([name, { short, value, help }]) => {
    const flag = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return `  ${flag.padEnd(38)}${help}`;
  });
  return [
    'Runs a query of CloudWatch Logs Insights over log files of this machine, or on CloudWatch.',
    '',
    'Usage: log-insights <named query or file> [options]',
    "       log-insights -q 'stats count(*) by @type' [options]",
    '       log-insights --cost [options]',
    '',
    ...rows,
    '',
    'Examples:',
    `  log-insights -q 'filter @type = "REPORT" | stats pct(@duration, 99) by @log'`,
    '  log-insights slowest --from -1h --format markdown',
    "  log-insights slowest --region eu-west-3 --group '/aws/lambda/shop-*' --from -3h",
    '  aws logs tail /aws/lambda/x | log-insights slowest --logs - --group /aws/lambda/x',
    '',
    'Exit codes: 0 for a result, also an empty one; 1 for a failure, such as expired',
    'credentials; 2 for a fault in the arguments or the query.',
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
    throw new UsageError('No query given: name a query or a file (--list shows the names), or use -q');
  return { kind: 'named', name };
}

function sourceOf(
  folder: string | undefined,
  files: readonly string[] | undefined,
  region: string | undefined,
  groups: readonly string[] | undefined,
): Source {
  const given = [folder && '--local', files && '--logs', region && '--region'].filter(Boolean);
  if (given.length > 1) throw new UsageError(`${given.join(' and ')} exclude each other: give one source`);
  if (files !== undefined) return { kind: 'files', files, group: groupOf(groups) };
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

function groupOf([group, another]: readonly string[] = []): string | undefined {
  if (another === undefined && (group === undefined || !isGlob(group))) return group;
  throw new UsageError(
    `--group "${[group, another].filter(Boolean).join(' ')}" must be one name without wildcards with --logs: it names the group of the lines`,
  );
}

function numberOf(option: string, value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1e12)) {
    throw new UsageError(`${option} "${value}" must be a number from 0 to 1000000000000`);
  }
  return number;
}
