import type { Option, OptionTable } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { filePath, SWITCH } from '@sheep-shed/options/readers';
import { SERVE_OPTIONS, serverUrl } from './options.ts';
import { type ServeCommand, serveCommand } from './serve-command.ts';

/** The options of `local-lambda invoke [function]`. */
export const INVOKE_OPTIONS = {
  event: {
    short: 'e',
    help: 'the event, as JSON; {} when neither it nor --payload is given',
    ...filePath,
    allowed: 'a path, or - for standard input',
  } satisfies Option<string>,
  payload: {
    help: 'the event itself',
    allowed: 'JSON',
    read: ([given = '']) => (isJson(given) ? given : undefined),
  } satisfies Option<string>,
  async: { help: 'as an event: print no answer, retry what fails', ...SWITCH } satisfies Option<boolean>,
  endpoint: {
    env: 'LOCAL_LAMBDA_ENDPOINT',
    help: 'a host that runs, such as http://127.0.0.1:3000, in place of packages; when not given, a host is started for this call',
    ...serverUrl,
    allowed: 'a URL of http or https',
  } satisfies Option<string>,
  inspect: {
    help: 'wait until a debugger is attached to the function, then invoke it without time-out',
    ...SWITCH,
  } satisfies Option<boolean>,
  inspectPort: SERVE_OPTIONS.inspectPort,
  token: { ...SERVE_OPTIONS.token, help: 'the token of the host that runs' },
  package: SERVE_OPTIONS.package,
  logs: SERVE_OPTIONS.logs,
  memoryLimit: SERVE_OPTIONS.memoryLimit,
  cpu: SERVE_OPTIONS.cpu,
  privateTmp: SERVE_OPTIONS.privateTmp,
  user: SERVE_OPTIONS.user,
  parameter: SERVE_OPTIONS.parameter,
  env: SERVE_OPTIONS.env,
  envFile: SERVE_OPTIONS.envFile,
  layer: SERVE_OPTIONS.layer,
  runtimeSdk: SERVE_OPTIONS.runtimeSdk,
  awsEndpoint: SERVE_OPTIONS.awsEndpoint,
  sqsEndpoint: SERVE_OPTIONS.sqsEndpoint,
  s3Endpoint: SERVE_OPTIONS.s3Endpoint,
  strict: SERVE_OPTIONS.strict,
  dynamodb: SERVE_OPTIONS.dynamodb,
} satisfies OptionTable;

/** Where an event comes from. */
export type EventSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' };

/** What `local-lambda invoke` does. */
export interface InvokeCommand {
  readonly kind: 'invoke';
  /** Undefined: the only one that there is. */
  readonly functionName: string | undefined;
  readonly event: EventSource;
  readonly async: boolean;
  /** A host that runs, or what to serve for this one call. */
  readonly on: { readonly endpoint: string; readonly token: string | undefined } | ServeCommand;
}

/**
 * Reads the arguments of `local-lambda invoke [function]`.
 * @throws OptionError naming the option, its value and what is allowed.
 */
export function parseInvoke(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): InvokeCommand | { readonly kind: 'show'; readonly text: string } {
  const line = readCommand({ options: INVOKE_OPTIONS, usage: invokeUsage }, args, environment);
  if (line.kind === 'show') return line;
  const [functionName, ...more] = line.words;
  if (more.length > 0) throw new OptionError(`function: one at most, got ${line.words.join(' ')}`);
  const { event, payload, async, endpoint, inspect, token, package: packageDirs, ...values } = line.values;
  if (event !== undefined && payload !== undefined) {
    throw new OptionError('--event and --payload cannot be given together');
  }
  if (endpoint === undefined) {
    const serving = { ...defaults(), ...values, inspect: inspect ? [functionName ?? ''] : undefined };
    const whole = serveCommand(serving, packageDirs);
    // A call must not take messages off a queue.
    const on = { ...whole, options: { ...whole.options, eventSources: false } };
    return { kind: 'invoke', functionName, event: sourceOf(event, payload), async, on };
  }
  if (inspect) throw new OptionError('--inspect and --endpoint cannot be given together');
  if (functionName === undefined) throw new OptionError('function: must be named with --endpoint');
  return { kind: 'invoke', functionName, event: sourceOf(event, payload), async, on: { endpoint, token } };
}

/** What a host for one call has of the options that it does not take: only the call's own client reaches it. */
function defaults() {
  const { host, maxEnvironments, maxHostEnvironments, maxBodies, maxQueuedEvents, scaling, idle } =
    SERVE_OPTIONS;
  return {
    port: 0,
    host: host.default,
    token: undefined,
    maxEnvironments: maxEnvironments.default,
    maxHostEnvironments: maxHostEnvironments.default,
    maxHostMemory: undefined,
    maxBodies: maxBodies.default,
    maxQueuedEvents: maxQueuedEvents.default,
    scaling: scaling.default,
    idle: idle.default,
    freeze: false,
    schedules: false,
    jwks: undefined,
    otlp: undefined,
    watch: undefined,
    state: undefined,
  };
}

function sourceOf(event: string | undefined, payload: string | undefined): EventSource {
  if (event === '-') return { kind: 'stdin' };
  if (event !== undefined) return { kind: 'file', path: event };
  return { kind: 'text', text: payload ?? '{}' };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function invokeUsage(options: string): string {
  return `local-lambda invoke [function] [options]     invokes a function once

The answer goes to stdout, the log to stderr. The exit code is 1 when the function fails, 2 when it cannot be invoked.
A function may be named by its name, its logical id, or the end of its name; with several, one must be named.

${options}
`;
}
