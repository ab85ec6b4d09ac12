import { type Option, OptionError, type OptionTable } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { SWITCH } from '@sheep-shed/options/readers';
import type { RunningHost } from './host-client.ts';
import { HOST_OPTIONS, serverUrl } from './options.ts';

/** The options of `local-lambda logs [function]`. */
export const LOGS_OPTIONS = {
  logs: HOST_OPTIONS.logs,
  follow: { help: 'go on until Ctrl-C', ...SWITCH } satisfies Option<boolean>,
  endpoint: {
    help: 'a host that runs, whose logs are printed in place of those of a folder',
    ...serverUrl,
  } satisfies Option<string>,
  token: { ...HOST_OPTIONS.token, help: 'the token of that host' },
} satisfies OptionTable;

/** What `local-lambda logs` prints. */
export interface LogsCommand {
  readonly kind: 'logs';
  readonly logsDir: string;
  readonly group: string | undefined;
  readonly follow: boolean;
  /** The host whose logs they are; undefined: those of the folder. */
  readonly host: RunningHost | undefined;
}

/** Reads the arguments of `local-lambda logs [function]`. @throws OptionError naming what is wrong. */
export function parseLogs(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): LogsCommand | { readonly kind: 'show'; readonly text: string } {
  const line = readCommand({ options: LOGS_OPTIONS, usage: logsUsage }, args, environment);
  if (line.kind === 'show') return line;
  if (line.words.length > 1) throw new OptionError(`function: one at most, got ${line.words.join(' ')}`);
  const { logs, follow, endpoint, token } = line.values;
  const host = endpoint === undefined ? undefined : { endpoint, token };
  return { kind: 'logs', logsDir: logs, group: line.words[0], follow, host };
}

function logsUsage(options: string): string {
  return `local-lambda logs [function] [options]     prints the log of one function, or of all\n${options}\n`;
}
