import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { type EventCommand, parseEvent } from './event-options.ts';
import {
  type DropCommand,
  type PsCommand,
  parseDrop,
  parsePs,
  parseRedrive,
  type RedriveCommand,
} from './instance-options.ts';
import { type InvokeCommand, parseInvoke } from './invoke-options.ts';
import { type LogsCommand, parseLogs } from './logs-options.ts';
import { SERVE_OPTIONS } from './options.ts';
import { type ServeCommand, serveCommand } from './serve-command.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'show'; readonly text: string }
  | LogsCommand
  | InvokeCommand
  | EventCommand
  | PsCommand
  | DropCommand
  | RedriveCommand
  | ServeCommand;

type Parse = (args: readonly string[], environment: Readonly<Record<string, string | undefined>>) => Command;

/** Each command by its word; without a word it serves. */
const COMMANDS: Readonly<Record<string, Parse>> = {
  serve: parseServe,
  invoke: parseInvoke,
  event: parseEvent,
  logs: parseLogs,
  ps: parsePs,
  drop: parseDrop,
  redrive: parseRedrive,
};

/**
 * Reads the arguments of `local-lambda`.
 * @throws OptionError naming the option, its value and what is allowed.
 */
export function parseCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Command {
  const [first = '', ...rest] = args;
  const parse = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  return parse === undefined ? parseServe(args, environment) : parse(rest, environment);
}

function parseServe(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Command {
  const line = readCommand({ options: SERVE_OPTIONS, usage }, args, environment);
  if (line.kind === 'show') return line;
  const [word] = line.words;
  if (word !== undefined) {
    throw new OptionError(`command: must be ${Object.keys(COMMANDS).join(', ')} or nothing, is ${word}`);
  }
  const { package: packageDirs, ...values } = line.values;
  return serveCommand(values, packageDirs);
}

function usage(options: string): string {
  return `Runs deployment packages on this machine: their HTTP APIs, the Lambda API and their logs. Without a package it is
an empty platform, to which AWS's clients bring functions.

local-lambda [serve] [options]
${options}

local-lambda invoke [function] [--event FILE|-]          invokes a function once
local-lambda event <kind> [options]                      writes a sample event
local-lambda logs [function] [--logs DIR] [--follow]     prints the log of one function, or of all
local-lambda ps [function]                               lists the environments that run
local-lambda drop [function|environment]                 ends environments, so that the next invocation is cold
local-lambda redrive [function] [--list]                 tries events again that failed for good
Each has its own --help.
`;
}
