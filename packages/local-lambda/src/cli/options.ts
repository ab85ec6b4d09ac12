import { parseArgs } from 'node:util';
import { LocalLambdaError } from '../local-lambda-error.ts';
import type { LocalLambdaOptions } from '../options.ts';

/** One flag of `npm run local`; the table feeds the parser, `--help` and the documentation. */
export interface CliOption {
  readonly name: string;
  /** What stands for the value in `--help`; undefined: a flag without value. */
  readonly value?: string;
  /** It may be given more than once. */
  readonly multiple?: true;
  readonly description: string;
}

/** The flags that serve. Their defaults are those of `startLocalLambda`, unless the description says otherwise. */
export const SERVE_OPTIONS: readonly CliOption[] = [
  {
    name: 'package',
    value: 'DIR',
    multiple: true,
    description:
      'deployment package (.serverless, .aws-sam/build, cdk.out); may be repeated; without it the project here is packaged into .serverless first',
  },
  { name: 'logs', value: 'DIR', description: 'root of the log groups (default results/logs)' },
  {
    name: 'port',
    value: 'N',
    description: 'port of the HTTP API and the Lambda API (default 3000; 0: a free one)',
  },
  { name: 'host', value: 'ADDRESS', description: 'address to listen on (default 127.0.0.1)' },
  { name: 'memory-limit', value: 'on|off', description: 'kill what exceeds its memory size (default on)' },
  { name: 'max-environments', value: 'N', description: 'environments of one function at once (default 100)' },
  {
    name: 'scaling',
    value: 'lambda|eager-reuse',
    description: 'when a new environment starts (default lambda)',
  },
  {
    name: 'idle',
    value: 'SECONDS',
    description: 'end an environment without work after so long (default 600)',
  },
  { name: 'env-file', value: 'FILE', description: 'variables for all functions, beating the template' },
  {
    name: 'dynamodb',
    value: 'on|off',
    description: 'an empty DynamoDB in memory with the tables of the template (default on)',
  },
  {
    name: 'watch',
    description:
      'package and swap when sources change; packages of other tools: swap when they are made anew',
  },
  { name: 'help', description: 'show this' },
];

/** The flags of `npm run local -- logs [function]`. */
export const LOGS_OPTIONS: readonly CliOption[] = [
  { name: 'logs', value: 'DIR', description: 'root of the log groups (default results/logs)' },
  { name: 'follow', description: 'go on until Ctrl-C' },
  { name: 'help', description: 'show this' },
];

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'logs';
      readonly logsDir: string;
      readonly group: string | undefined;
      readonly follow: boolean;
    }
  | {
      readonly kind: 'serve';
      readonly options: LocalLambdaOptions & { readonly packageDir: readonly string[] };
      readonly envFile: string | undefined;
      /** Whether the project around the package folder is packaged first. */
      readonly packageFirst: boolean;
      /** Whether the tables of the template are served here. */
      readonly dynamodb: boolean;
      readonly watch: boolean;
    };

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/**
 * Reads the arguments of `npm run local`.
 * @throws LocalLambdaError naming the option, its value and what is allowed.
 */
export function parseCommand(args: readonly string[]): Command {
  if (args[0] === 'logs') return parseLogs(args.slice(1));
  const { values, positionals } = parse(args, SERVE_OPTIONS);
  if (positionals.length > 0) {
    throw new LocalLambdaError(`command: must be logs or nothing, is ${positionals[0]}`);
  }
  if (values['help'] === true) return { kind: 'help' };
  const packages = [values['package'] ?? []].flat().map(String);
  const host = text(values, 'host');
  const maxEnvironments = number(values, 'max-environments');
  const idleSeconds = number(values, 'idle');
  const memoryLimit = choice(values, 'memory-limit', ['on', 'off']);
  const scaling = choice(values, 'scaling', ['lambda', 'eager-reuse']);
  return {
    kind: 'serve',
    envFile: text(values, 'env-file'),
    packageFirst: packages.length === 0,
    dynamodb: choice(values, 'dynamodb', ['on', 'off']) !== 'off',
    watch: values['watch'] === true,
    options: {
      packageDir: packages.length === 0 ? ['.serverless'] : packages,
      logsDir: text(values, 'logs') ?? DEFAULT_LOGS,
      port: number(values, 'port') ?? 3000,
      ...(host !== undefined && { host }),
      ...(maxEnvironments !== undefined && { maxEnvironments }),
      ...(idleSeconds !== undefined && { idleSeconds }),
      ...(memoryLimit !== undefined && { memoryLimit: memoryLimit === 'on' }),
      ...(scaling !== undefined && { scaling }),
    },
  };
}

/** The text of `--help`. */
export function renderHelp(): string {
  return `Runs a deployment package on this machine: its HTTP API, the Lambda API and its logs.

npm run local -- [options]
${renderOptions(SERVE_OPTIONS)}

npm run local -- logs [function] [options]     prints the log of one function, or of all
${renderOptions(LOGS_OPTIONS)}
`;
}

const DEFAULT_LOGS = 'results/logs';

function parseLogs(args: readonly string[]): Command {
  const { values, positionals } = parse(args, LOGS_OPTIONS);
  if (values['help'] === true) return { kind: 'help' };
  if (positionals.length > 1)
    throw new LocalLambdaError(`function: one at most, got ${positionals.join(' ')}`);
  return {
    kind: 'logs',
    logsDir: text(values, 'logs') ?? DEFAULT_LOGS,
    group: positionals[0],
    follow: values['follow'] === true,
  };
}

function parse(args: readonly string[], table: readonly CliOption[]) {
  const options = Object.fromEntries(
    table.map(({ name, value, multiple = false }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const names = table.map(({ name }) => `--${name}`).join(' ');
    throw new LocalLambdaError(`${(cause as Error).message.split('. ')[0]}; allowed: ${names}`, { cause });
  }
}

function renderOptions(table: readonly CliOption[]): string {
  return table
    .map(({ name, value, description }) => {
      const flag = value === undefined ? `--${name}` : `--${name} ${value}`;
      return `  ${flag.padEnd(30)} ${description}`;
    })
    .join('\n');
}

function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

function number(values: Values, name: string): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  throw new LocalLambdaError(`--${name}: must be a number, is ${JSON.stringify(value)}`);
}

function choice<T extends string>(values: Values, name: string, allowed: readonly T[]): T | undefined {
  const value = text(values, name);
  const found = allowed.find((item) => item === value);
  if (value === undefined || found !== undefined) return found;
  throw new LocalLambdaError(`--${name}: must be ${allowed.join(' or ')}, is ${JSON.stringify(value)}`);
}
