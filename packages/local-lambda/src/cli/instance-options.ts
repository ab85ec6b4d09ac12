import { type Option, OptionError, type OptionTable } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { SWITCH } from '@sheep-shed/options/readers';
import type { RunningHost } from './host-client.ts';
import { HOST_OPTIONS, serverUrl } from './options.ts';

const HOST = {
  endpoint: {
    env: 'LOCAL_LAMBDA_ENDPOINT',
    help: 'the host that runs',
    default: 'http://127.0.0.1:3000',
    ...serverUrl,
  } satisfies Option<string>,
  token: { ...HOST_OPTIONS.token, help: 'the token of the host that runs' },
};

/** The options of `local-lambda ps [function]`. */
export const PS_OPTIONS = {
  ...HOST,
  json: { help: 'as JSON', ...SWITCH } satisfies Option<boolean>,
} satisfies OptionTable;

/** The options of `local-lambda drop [function|environment]`. */
export const DROP_OPTIONS = {
  ...HOST,
  force: { help: 'also those that serve an invocation', ...SWITCH } satisfies Option<boolean>,
} satisfies OptionTable;

/** The options of `local-lambda redrive [function]`. */
export const REDRIVE_OPTIONS = {
  ...HOST,
  list: { help: 'only show them', ...SWITCH } satisfies Option<boolean>,
} satisfies OptionTable;

/** What `local-lambda ps` prints. */
export interface PsCommand {
  readonly kind: 'ps';
  readonly host: RunningHost;
  readonly functionName: string | undefined;
  readonly json: boolean;
}

/** What `local-lambda drop` ends. */
export interface DropCommand {
  readonly kind: 'drop';
  readonly host: RunningHost;
  /** Name of a function or id of an environment; undefined: all. */
  readonly which: string | undefined;
  readonly force: boolean;
}

/** What `local-lambda redrive` tries again. */
export interface RedriveCommand {
  readonly kind: 'redrive';
  readonly host: RunningHost;
  /** Undefined: the events of all functions. */
  readonly functionName: string | undefined;
  readonly list: boolean;
}

type Show = { readonly kind: 'show'; readonly text: string };
type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the arguments of `local-lambda ps [function]`. @throws OptionError naming what is wrong. */
export function parsePs(args: readonly string[], environment: Environment): PsCommand | Show {
  const usage = (options: string) =>
    `local-lambda ps [function] [options]     lists the environments that run on a host\n\n${options}\n`;
  const line = readCommand({ options: PS_OPTIONS, usage }, args, environment);
  if (line.kind === 'show') return line;
  const { endpoint, token, json } = line.values;
  return { kind: 'ps', host: { endpoint, token }, functionName: oneWord(line.words), json };
}

/** Reads the arguments of `local-lambda drop [function|environment]`. @throws OptionError naming what is wrong. */
export function parseDrop(args: readonly string[], environment: Environment): DropCommand | Show {
  const usage = (
    options: string,
  ) => `local-lambda drop [function|environment] [options]     ends environments of a host

Those that have no work end; the next invocation is cold. The exit code is 1 when some stay, since they work.

${options}
`;
  const line = readCommand({ options: DROP_OPTIONS, usage }, args, environment);
  if (line.kind === 'show') return line;
  const { endpoint, token, force } = line.values;
  return { kind: 'drop', host: { endpoint, token }, which: oneWord(line.words), force };
}

/** Reads the arguments of `local-lambda redrive [function]`. @throws OptionError naming what is wrong. */
export function parseRedrive(args: readonly string[], environment: Environment): RedriveCommand | Show {
  const usage = (options: string) => `local-lambda redrive [function] [options]     tries failed events again

Events that failed for good, and that no destination or dead letter queue got, are kept by a host with --state.

${options}
`;
  const line = readCommand({ options: REDRIVE_OPTIONS, usage }, args, environment);
  if (line.kind === 'show') return line;
  const { endpoint, token, list } = line.values;
  return { kind: 'redrive', host: { endpoint, token }, functionName: oneWord(line.words), list };
}

function oneWord(words: readonly string[]): string | undefined {
  if (words.length > 1) throw new OptionError(`function: one at most, got ${words.join(' ')}`);
  return words[0];
}
