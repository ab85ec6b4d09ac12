import type { Option } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import {
  awsRegion,
  decimalNumber,
  filePath,
  filePaths,
  type Reader,
  SWITCH,
  wordOf,
} from '@sheep-shed/options/readers';
import { DEFAULT_QUERIES_FOLDER } from './named-queries.ts';
import { isGlob } from './sources/glob.ts';
import { DEFAULT_GROUPS } from './sources/log-source.ts';
import { UsageError } from './usage-error.ts';

/** How a result is printed. */
export type Format = 'table' | 'markdown' | 'csv' | 'json';

/** Where the log events come from; the folder is undefined when no source was given. */
export type Source =
  | { readonly kind: 'folder'; readonly folder: string | undefined }
  | { readonly kind: 'files'; readonly files: readonly string[]; readonly group: string | undefined }
  | { readonly kind: 'cloudwatch'; readonly region: string; readonly endpoint: string | undefined };

/** What the query is: its name in the folder of queries, or its file; or its text. */
export type QueryArgument =
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

/** The command line, understood; times are still as written. */
export type Options =
  | { readonly kind: 'show'; readonly text: string }
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

/** Where local-lambda writes its log groups, unless told otherwise. */
export const DEFAULT_LOGS_FOLDER = 'results/logs';

const someText: Reader<string> = {
  allowed: 'a text that is not empty',
  read: ([text = '']) => (text.trim() === '' ? undefined : text),
};
const time = 'a time (2026-11-21T10:00:00Z, -30m, -2d, now)';

/** The options of the command. */
export const LOG_INSIGHTS_OPTIONS = {
  query: {
    short: 'q',
    help: 'the query itself, instead of a name or a file',
    ...someText,
  } satisfies Option<string>,
  local: {
    help: `folder of log groups that local-lambda wrote; ${DEFAULT_LOGS_FOLDER} when no source is given`,
    ...filePath,
  } satisfies Option<string>,
  logs: {
    help: 'file of log lines, - for standard input',
    repeatable: true,
    ...filePaths,
  } satisfies Option<readonly string[]>,
  region: { help: 'run the query on CloudWatch Logs of this region', ...awsRegion } satisfies Option<string>,
  endpointUrl: {
    env: 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
    help: 'with --region: the server to ask instead of AWS, such as a local-lambda',
    allowed: 'a URL such as http://127.0.0.1:3000',
    read: ([given = '']) => (/^https?:\/\//.test(given) && URL.canParse(given) ? given : undefined),
  } satisfies Option<string>,
  group: {
    help: `log group; ${DEFAULT_GROUPS.join(' ')} when not given`,
    repeatable: true,
    allowed: 'a name, or a glob with * and ?',
    read: (texts) => (texts.includes('') ? undefined : texts),
  } satisfies Option<readonly string[]>,
  from: {
    help: 'start; on CloudWatch an hour before the end when not given',
    ...someText,
    allowed: `${time} or a JSON file with a window`,
  } satisfies Option<string>,
  to: {
    help: 'end, included; on CloudWatch now when not given',
    ...someText,
    allowed: time,
  } satisfies Option<string>,
  format: {
    env: 'LOG_INSIGHTS_FORMAT',
    help: 'how the result is printed',
    default: 'table',
    ...wordOf(['table', 'markdown', 'csv', 'json']),
  } satisfies Option<Format>,
  queries: {
    env: 'LOG_INSIGHTS_QUERIES',
    help: `folder of named queries, <name>.logsinsights; ${DEFAULT_QUERIES_FOLDER} when not given`,
    ...filePath,
  } satisfies Option<string>,
  list: { help: 'show the named queries', ...SWITCH } satisfies Option<boolean>,
  cost: {
    help: 'instead of a query: what each function costs, from its REPORT lines',
    ...SWITCH,
  } satisfies Option<boolean>,
  monthly: {
    help: 'with --cost: invocations of each function in a month',
    ...decimalNumber({ from: 0, to: 1e12 }, 'invocations'),
  } satisfies Option<number>,
};

/** Renders the help around the lines of the options. */
function usage(options: string): string {
  return `Runs a query of CloudWatch Logs Insights over log files of this machine, or on CloudWatch.

Usage: log-insights <named query or file> [options]
       log-insights -q 'stats count(*) by @type' [options]
       log-insights --cost [options]

${options}

Examples:
  log-insights -q 'filter @type = "REPORT" | stats pct(@duration, 99) by @log'
  log-insights slowest --from -1h --format markdown
  log-insights slowest --region eu-west-3 --group '/aws/lambda/shop-*' --from -3h
  log-insights slowest --region eu-west-3 --endpoint-url http://127.0.0.1:3000
  aws logs tail /aws/lambda/x | log-insights slowest --logs - --group /aws/lambda/x

Exit codes: 0 a result, also an empty one; 1 a failure, such as expired credentials;
2 a fault in the arguments or the query.
`;
}

/**
 * Understands the arguments.
 * @throws OptionError and UsageError that name the option, the value and what is allowed.
 */
export function parseOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Options {
  const line = readCommand({ options: LOG_INSIGHTS_OPTIONS, usage }, argv, environment);
  if (line.kind === 'show') return line;
  const { values, words } = line;
  const { queries, from, to, format, group: groups, query, monthly } = values;
  if (values.list) return { kind: 'list', queries };
  const common = { source: sourceOf(values), groups, from, to, format };
  if (values.cost) {
    if (query !== undefined || words.length > 0) throw new UsageError('--cost excludes a query: give one');
    return { kind: 'cost', ...common, monthly };
  }
  if (monthly !== undefined) throw new UsageError(`--monthly ${monthly} needs --cost`);
  return { kind: 'query', ...common, query: queryOf(query, words), queries };
}

function queryOf(query: string | undefined, [name, extra]: readonly string[]): QueryArgument {
  if (extra !== undefined) throw new UsageError(`One query at a time: "${extra}" follows "${name}"`);
  if (query !== undefined && name !== undefined) {
    throw new UsageError(`--query and the query "${name}" exclude each other: give one`);
  }
  if (query !== undefined) return { kind: 'text', text: query };
  if (name !== undefined) return { kind: 'named', name };
  throw new UsageError('No query given: name a query or a file (--list shows the names), or use -q');
}

interface Places {
  readonly local: string | undefined;
  readonly logs: readonly string[] | undefined;
  readonly region: string | undefined;
  readonly endpointUrl: string | undefined;
  readonly group: readonly string[] | undefined;
}

function sourceOf({ local, logs, region, endpointUrl: endpoint, group }: Places): Source {
  const given = [local && '--local', logs && '--logs', region && '--region'].filter(Boolean);
  if (given.length > 1) throw new UsageError(`${given.join(' and ')} exclude each other: give one source`);
  if (logs !== undefined) return { kind: 'files', files: logs, group: groupOf(group) };
  if (region !== undefined) return { kind: 'cloudwatch', region, endpoint };
  return { kind: 'folder', folder: local };
}

function groupOf([group, another]: readonly string[] = []): string | undefined {
  if (another === undefined && (group === undefined || !isGlob(group))) return group;
  throw new UsageError(
    `--group "${[group, another].filter(Boolean).join(' ')}" must be one name without wildcards with --logs: it names the group of the lines`,
  );
}
