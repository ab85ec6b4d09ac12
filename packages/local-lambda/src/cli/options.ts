import type { Option, OptionTable } from '@sheep-shed/options';
import {
  assignments,
  decimalNumber,
  filePath,
  filePaths,
  type Reader,
  SWITCH,
  wholeNumber,
  wordOf,
} from '@sheep-shed/options/readers';
import type { Scaling } from '../environments/pool-options.ts';

type OnOff = 'on' | 'off';

/** A server, by its URL. */
export const serverUrl: Reader<string> = {
  allowed: 'a URL such as http://127.0.0.1:4566',
  read: ([given = '']) => (/^https?:\/\//.test(given) && URL.canParse(given) ? given : undefined),
};

/** The options that serve a package which the caller has made: those of `sls local`. */
export const HOST_OPTIONS = {
  logs: {
    env: 'LOCAL_LAMBDA_LOGS',
    help: 'root of the log groups',
    default: 'results/logs',
    ...filePath,
  } satisfies Option<string>,
  port: {
    env: 'LOCAL_LAMBDA_PORT',
    help: 'port of the HTTP API and the Lambda API; 0: a free one',
    default: 3000,
    ...wholeNumber(0, 65_535),
  } satisfies Option<number>,
  host: {
    env: 'LOCAL_LAMBDA_HOST',
    help: 'address to listen on',
    default: '127.0.0.1',
    allowed: 'an address or a host name of this machine',
    read: ([given = '']) => (given === '' ? undefined : given),
  } satisfies Option<string>,
  token: {
    env: 'LOCAL_LAMBDA_TOKEN',
    isSecret: true,
    help: 'what requests must carry; when not given, nothing on loopback and a random one on other addresses',
    allowed: 'at least 16 letters, digits or -._~+',
    read: ([given = '']) => (/^[\w.~+-]{16,}$/.test(given) ? given : undefined),
  } satisfies Option<string>,
  memoryLimit: {
    env: 'LOCAL_LAMBDA_MEMORY_LIMIT',
    help: 'kill what exceeds its memory size',
    default: 'on',
    ...wordOf(['on', 'off']),
  } satisfies Option<OnOff>,
  maxEnvironments: {
    env: 'LOCAL_LAMBDA_MAX_ENVIRONMENTS',
    help: 'environments of one function at once',
    default: 100,
    ...wholeNumber(1, 1_000),
  } satisfies Option<number>,
  cpu: {
    env: 'LOCAL_LAMBDA_CPU',
    help: 'the processor after init: all of it, or memory/1769 of a CPU as on Lambda, which needs control groups (Linux, root)',
    default: 'full',
    ...wordOf(['full', 'lambda']),
  } satisfies Option<'full' | 'lambda'>,
  freeze: {
    env: 'LOCAL_LAMBDA_FREEZE',
    help: 'stop the processes of an environment between invocations, as Lambda does',
    ...SWITCH,
  } satisfies Option<boolean>,
  privateTmp: {
    env: 'LOCAL_LAMBDA_PRIVATE_TMP',
    help: 'a /tmp for each environment, with the size of its ephemeral storage, which needs mounts (Linux; root or user namespaces)',
    ...SWITCH,
  } satisfies Option<boolean>,
  user: {
    env: 'LOCAL_LAMBDA_USER',
    help: 'run functions as this user, who must be able to read Node and what functions need (Linux, root)',
    allowed: 'a name, or uid:gid',
    read: ([given = '']) => (/^[\w.-]+$|^\d+:\d+$/.test(given) && !given.startsWith('-') ? given : undefined),
  } satisfies Option<string>,
  scaling: {
    env: 'LOCAL_LAMBDA_SCALING',
    help: 'when a new environment starts: as on Lambda, or only when the hot ones are busy',
    default: 'lambda',
    ...wordOf(['lambda', 'eager-reuse']),
  } satisfies Option<Scaling>,
  idle: {
    env: 'LOCAL_LAMBDA_IDLE',
    help: 'end an environment that has had no work for so long',
    default: 600,
    ...decimalNumber({ from: 0.01, to: 86_400 }, 'seconds'),
  } satisfies Option<number>,
  parameter: {
    help: 'value of a parameter of the template',
    repeatable: true,
    ...assignments,
  } satisfies Option<Readonly<Record<string, string>>>,
  env: {
    help: 'variable for all functions, which beats the template and the file of variables',
    repeatable: true,
    ...assignments,
  } satisfies Option<Readonly<Record<string, string>>>,
  envFile: {
    env: 'LOCAL_LAMBDA_ENV_FILE',
    help: 'variables that beat those of the template: NAME=VALUE lines for all functions, or JSON with an object for each function',
    ...filePath,
  } satisfies Option<string>,
  layer: {
    help: 'what a layer holds that is in no package, by its ARN: a zip or folder',
    repeatable: true,
    ...assignments,
  } satisfies Option<Readonly<Record<string, string>>>,
  runtimeSdk: {
    env: 'LOCAL_LAMBDA_RUNTIME_SDK',
    help: "install with npm the @aws-sdk packages that Lambda's Node runtime brings and the project lacks",
    ...SWITCH,
  } satisfies Option<boolean>,
  jwks: {
    help: 'where the keys of a JWT authorizer are, by its logical id: a file or URL; else its issuer says',
    repeatable: true,
    ...assignments,
  } satisfies Option<Readonly<Record<string, string>>>,
  awsEndpoint: {
    env: 'AWS_ENDPOINT_URL',
    help: 'server of SQS, S3, SNS and EventBridge, where none is named for one alone',
    ...serverUrl,
  } satisfies Option<string>,
  sqsEndpoint: {
    env: 'AWS_ENDPOINT_URL_SQS',
    help: 'SQS server whose queues call functions; those of the template are created when they are missing',
    ...serverUrl,
  } satisfies Option<string>,
  inspect: {
    env: 'LOCAL_LAMBDA_INSPECT',
    help: 'let a debugger attach to a function (name, logical id, or end of the name), which then has one environment and no time-out while it is attached',
    repeatable: true,
    allowed: 'the name of a function',
    read: (given) => (given.includes('') ? undefined : given),
  } satisfies Option<readonly string[]>,
  inspectPort: {
    env: 'LOCAL_LAMBDA_INSPECT_PORT',
    help: 'where debuggers attach to the first of these functions; the others follow',
    default: 9_229,
    ...wholeNumber(0, 65_535),
  } satisfies Option<number>,
  s3Endpoint: {
    env: 'AWS_ENDPOINT_URL_S3',
    help: 'S3 server whose buckets call functions; those of the template are created when they are missing',
    ...serverUrl,
  } satisfies Option<string>,
  maxHostEnvironments: {
    env: 'LOCAL_LAMBDA_MAX_HOST_ENVIRONMENTS',
    help: 'environments of all functions at once',
    default: 1_000,
    ...wholeNumber(1, 10_000),
  } satisfies Option<number>,
  maxHostMemory: {
    env: 'LOCAL_LAMBDA_MAX_HOST_MEMORY',
    help: 'sum of the memory sizes of all environments, in MB; when not given, without bound',
    ...wholeNumber(128, 16_777_216),
  } satisfies Option<number>,
  maxBodies: {
    env: 'LOCAL_LAMBDA_MAX_BODIES',
    help: 'the bodies of all requests under way, in MB',
    default: 256,
    ...wholeNumber(16, 65_536),
  } satisfies Option<number>,
  maxQueuedEvents: {
    env: 'LOCAL_LAMBDA_MAX_QUEUED_EVENTS',
    help: 'asynchronous events that wait at once; one function may have half of them',
    default: 10_000,
    ...wholeNumber(1, 100_000),
  } satisfies Option<number>,
  state: {
    env: 'LOCAL_LAMBDA_STATE',
    help: 'folder that keeps what the Lambda API changes, and asynchronous events; when not given, they end with the host',
    ...filePath,
  } satisfies Option<string>,
  schedules: {
    env: 'LOCAL_LAMBDA_SCHEDULES',
    help: 'let the schedules of the template invoke their functions',
    ...SWITCH,
  } satisfies Option<boolean>,
  otlp: {
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    help: 'OTLP/HTTP of an OpenTelemetry collector that gets spans of requests, queues, inits and invocations',
    ...serverUrl,
  } satisfies Option<string>,
  strict: {
    env: 'LOCAL_LAMBDA_STRICT',
    help: 'refuse packages of which not everything is served, in place of notices',
    ...SWITCH,
  } satisfies Option<boolean>,
  dynamodb: {
    env: 'LOCAL_LAMBDA_DYNAMODB',
    help: 'an empty DynamoDB in memory with the tables of the template; it needs the package dynalite',
    default: 'on',
    ...wordOf(['on', 'off']),
  } satisfies Option<OnOff>,
  watch: {
    env: 'LOCAL_LAMBDA_WATCH',
    help: 'package and swap when sources change, and swap a package that another tool makes anew; when not given, off with --package and on without',
    ...wordOf(['on', 'off']),
  } satisfies Option<OnOff>,
} satisfies OptionTable;

/** The options of `local-lambda`. */
export const SERVE_OPTIONS = {
  package: {
    env: 'LOCAL_LAMBDA_PACKAGE',
    help: 'deployment package (.serverless, .aws-sam/build, cdk.out); when not given, the Serverless project here is packaged first; without one, an empty platform starts',
    repeatable: true,
    ...filePaths,
  } satisfies Option<readonly string[]>,
  ...HOST_OPTIONS,
} satisfies OptionTable;
