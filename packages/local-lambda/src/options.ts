import { resolve } from 'node:path';
import { withEndpoints } from './endpoints.ts';
import type { Invocation } from './environments/invocation.ts';
import type { Scaling } from './environments/pool-options.ts';
import type { PlatformEvent } from './events/platform-event.ts';
import { LocalLambdaError } from './local-lambda-error.ts';
import type { Report } from './logs/lines.ts';

/** How to start local-lambda; all but the folders have defaults. */
export interface LocalLambdaOptions {
  /** Folder with a template and the code, such as `.serverless`, or several of them; none: an empty platform. */
  readonly packageDir: string | readonly string[];
  /** Root of the log groups on disk. */
  readonly logsDir: string;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /**
   * What requests must carry, as `Authorization: Bearer`, as `x-local-lambda-token` or as access key id of a signature;
   * default: nothing on loopback, else a random one.
   */
  readonly token?: string;
  /** Port of the HTTP API and the Lambda API, 0 to 65535; default 0, a free one. */
  readonly port?: number;
  /** Added to every function's variables; beats the template. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Added to one function's variables, by its name or logical id; beats `environment`. */
  readonly functionEnvironment?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Values of the templates' parameters by name; beat their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** When a waiting request gets a new environment; default `lambda`. */
  readonly scaling?: Scaling;
  /** Environments of one function at once, 1 to 1000; default 100. */
  readonly maxEnvironments?: number;
  /** An environment without work ends after so many seconds; default 600. */
  readonly idleSeconds?: number;
  /** Kill an environment whose resident set exceeds the function's memory, and limit Node's heap; default true. */
  readonly memoryLimit?: boolean;
  /** `lambda`: after init an environment gets memory/1769 of a CPU, by control groups of Linux; default `full`. */
  readonly cpu?: 'full' | 'lambda';
  /** Stop an environment's processes between invocations, as Lambda does; default false. */
  readonly freeze?: boolean;
  /** Give each environment a `/tmp` of its own with the size of its ephemeral storage, by a mount; default false. */
  readonly privateTmp?: boolean;
  /** Run functions as this user, a name or `uid:gid`; needs Linux and root; default: whoever starts the host. */
  readonly user?: string;
  /** A request that finds all environments busy waits so many seconds, then is throttled; default 10. */
  readonly queueSeconds?: number;
  /** Init that takes longer is repeated within the invocation, in seconds; default 10, as on Lambda. */
  readonly initSeconds?: number;
  /** A client may take so many seconds for its headers, and for its whole request; default 10 and 30. */
  readonly headerSeconds?: number;
  readonly requestSeconds?: number;
  /** Environments that start at once, 1 to 64; default: one for each core. */
  readonly simultaneousStarts?: number;
  /** Region of all ARNs and of `AWS_REGION`; default: that of the package's state file, else `eu-west-3`. */
  readonly region?: string;
  /** Folder for what is installed on first use (boto3); default `.cache` in the working directory. */
  readonly cacheDir?: string;
  /** Where memory is read; where there is none, REPORT leaves it out and no limit is enforced; default `/proc`. */
  readonly procDir?: string;
  /** What layers hold that are in no package (a zip or folder), by their ARNs. */
  readonly layers?: Readonly<Record<string, string>>;
  /** Install with npm, into the cache, the `@aws-sdk/…` that Lambda's Node runtime brings and no project has; default false. */
  readonly runtimeSdk?: boolean;
  /** Where the keys of a JWT authorizer are (a file or URL), by its logical id; default: its issuer says. */
  readonly jwks?: Readonly<Record<string, string>>;
  /** The server of all of AWS's services that have none of their own; default: `AWS_ENDPOINT_URL` of `environment`. */
  readonly awsEndpoint?: string;
  /**
   * The SQS server (`http://127.0.0.1:4566`) whose queues call functions; functions get it as `AWS_ENDPOINT_URL_SQS`.
   * Default: that variable, or `AWS_ENDPOINT_URL`, of `environment`; without one, queues call nothing.
   */
  readonly sqsEndpoint?: string;
  /** The S3 server whose buckets call functions; as `sqsEndpoint`, with `AWS_ENDPOINT_URL_S3`. */
  readonly s3Endpoint?: string;
  /** Whether schedules of the templates invoke their functions; default false. */
  readonly schedules?: boolean;
  /** Whether queues, schedules and buckets call functions; default true. */
  readonly eventSources?: boolean;
  /** Functions that a debugger can attach to, by name, logical id or the end of the name; default: none. */
  readonly inspect?: readonly string[];
  /** Port of the first of them, the others follow; 0: free ones; default 9229. */
  readonly inspectPort?: number;
  /** Folder that keeps what the Lambda API changes, and asynchronous events; default: none, they end with the host. */
  readonly state?: string;
  /** Environments of all functions at once, 1 to 10 000; default 1000. */
  readonly maxHostEnvironments?: number;
  /** Sum of the memory sizes of the functions of these environments, in MB, at least 128; default: without bound. */
  readonly maxHostMemoryMb?: number;
  /** The bodies of all requests under way, in MB, 16 to 65 536; default 256. */
  readonly maxBodiesMb?: number;
  /** Asynchronous events that wait at once, 1 to 100 000, of which one function may have half; default 10 000. */
  readonly maxQueuedEvents?: number;
  /**
   * OTLP/HTTP of a collector (`http://127.0.0.1:4318`) that gets spans; of the traces that begin here 50 a second are
   * sampled then, and one in twenty of what more there are.
   * Default: none.
   */
  readonly otlpEndpoint?: string;
  /** Refuse packages of which not everything is served; default false: notices. */
  readonly strict?: boolean;
  /** Hears of what differs from Lambda and of what went wrong without ending the host; default: nobody. */
  readonly onNotice?: (message: string) => void;
  /** Hears of every log event as it is written; default: nobody. */
  readonly onLogEvent?: OnLogEvent;
  /** Hears of all that happens on the platform, at once; default: nobody. */
  readonly onEvent?: (event: PlatformEvent) => void;
  /** Hears of every invocation when it has ended: what its REPORT says, and its CPU time; default: nobody. */
  readonly onReport?: OnReport;
}

/** What one invocation took. */
export type OnReport = (
  functionName: string,
  report: Report,
  invocation: Pick<Invocation, 'traceId'>,
) => void;

/** What a log event belongs to: its group's name and its message. */
export type OnLogEvent = (group: string, message: string) => void;

/** The options with their defaults. */
export type ResolvedOptions = Required<
  Omit<
    LocalLambdaOptions,
    | 'region'
    | 'packageDir'
    | 'state'
    | 'user'
    | 'token'
    | 'onEvent'
    | 'otlpEndpoint'
    | 'awsEndpoint'
    | 'sqsEndpoint'
    | 's3Endpoint'
  >
> & {
  readonly onEvent: LocalLambdaOptions['onEvent'];
  readonly otlpEndpoint: string | undefined;
  readonly state: string | undefined;
  readonly user: string | undefined;
  readonly packageDirs: readonly string[];
  readonly token: string | undefined;
  readonly region: string | undefined;
  readonly sqsEndpoint: string | undefined;
  readonly s3Endpoint: string | undefined;
  readonly snsEndpoint: string | undefined;
  readonly eventsEndpoint: string | undefined;
};

/**
 * Fills in the defaults.
 * @throws LocalLambdaError naming the option, its value and what is allowed.
 */
export function resolveOptions(options: LocalLambdaOptions, cores: number): ResolvedOptions {
  return {
    packageDirs: [options.packageDir].flat(),
    logsDir: options.logsDir,
    host: options.host ?? '127.0.0.1',
    token: checkedToken(options.token),
    port: inRange('port', options.port ?? 0, 0, 65_535, true),
    ...givenOf(options),
    scaling: oneOf('scaling', options.scaling ?? 'lambda', ['lambda', 'eager-reuse']),
    ...sourcesOf(options),
    ...limitsOf(options),
    idleSeconds: inRange('idleSeconds', options.idleSeconds ?? 600, 0.01, 86_400, false),
    memoryLimit: options.memoryLimit ?? true,
    cpu: oneOf('cpu', options.cpu ?? 'full', ['full', 'lambda']),
    freeze: options.freeze ?? false,
    privateTmp: options.privateTmp ?? false,
    user: options.user,
    queueSeconds: inRange('queueSeconds', options.queueSeconds ?? 10, 0.01, 900, false),
    initSeconds: inRange('initSeconds', options.initSeconds ?? 10, 0.01, 900, false),
    headerSeconds: inRange('headerSeconds', options.headerSeconds ?? 10, 0.01, 900, false),
    requestSeconds: inRange('requestSeconds', options.requestSeconds ?? 30, 0.01, 900, false),
    simultaneousStarts: inRange('simultaneousStarts', options.simultaneousStarts ?? cores, 1, 64, true),
    region: options.region,
    cacheDir: resolve(options.cacheDir ?? '.cache'),
    procDir: options.procDir ?? '/proc',
    state: options.state,
    strict: options.strict ?? false,
    runtimeSdk: options.runtimeSdk ?? false,
    onNotice: harmless(options.onNotice),
    onEvent: options.onEvent,
    otlpEndpoint: options.otlpEndpoint,
    onReport: options.onReport ?? (() => undefined),
    onLogEvent: options.onLogEvent ?? (() => undefined),
  };
}

/** A listener that throws must not end what it listens to; there is nobody else to tell. */
function harmless(listen: ((message: string) => void) | undefined): (message: string) => void {
  return (message) => {
    try {
      listen?.(message);
    } catch (error) {
      process.emitWarning(`onNotice failed: ${(error as Error)?.message}`);
    }
  };
}

function checkedToken(token: string | undefined): string | undefined {
  if (token === undefined || /^[\w.~+-]{16,}$/.test(token)) return token;
  throw new LocalLambdaError('token: must be at least 16 letters, digits or -._~+; what it is, is not shown');
}

/** What is given by name and value. */
function givenOf({
  environment = {},
  functionEnvironment = {},
  parameters = {},
  jwks = {},
  layers = {},
  inspect = [],
  inspectPort = 9_229,
}: LocalLambdaOptions) {
  inRange('inspectPort', inspectPort, 0, 65_535, true);
  return { environment, functionEnvironment, parameters, jwks, layers, inspect, inspectPort };
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (found !== undefined) return found;
  throw new LocalLambdaError(`${name}: must be ${allowed.join(' or ')}, is ${JSON.stringify(value)}`);
}

/** What one function may take, and all of them together. */
function limitsOf({
  maxEnvironments = 100,
  maxHostEnvironments = 1_000,
  maxHostMemoryMb = Number.POSITIVE_INFINITY,
  maxBodiesMb = 256,
  maxQueuedEvents = 10_000,
}: LocalLambdaOptions) {
  return {
    maxHostEnvironments: inRange('maxHostEnvironments', maxHostEnvironments, 1, 10_000, true),
    maxHostMemoryMb: inRange('maxHostMemoryMb', maxHostMemoryMb, 128, Number.POSITIVE_INFINITY, false),
    maxEnvironments: inRange('maxEnvironments', maxEnvironments, 1, 1_000, true),
    maxBodiesMb: inRange('maxBodiesMb', maxBodiesMb, 16, 65_536, false),
    maxQueuedEvents: inRange('maxQueuedEvents', maxQueuedEvents, 1, 100_000, true),
  };
}

/** What calls functions beside requests. */
function sourcesOf({ eventSources = true, schedules = false, ...options }: LocalLambdaOptions) {
  return { eventSources, schedules, ...withEndpoints(options) };
}

function inRange(name: string, value: number, min: number, max: number, whole: boolean): number {
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'an integer' : 'a number';
  throw new LocalLambdaError(`${name}: must be ${kind} from ${min} to ${max}, is ${value}`);
}
