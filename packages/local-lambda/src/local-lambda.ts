import type { DebuggedFunction } from './debugging/debuggers.ts';
import type { ServedRoute } from './deployment.ts';
import type { FunctionDefinition } from './deployment-package/functions.ts';
import type { HostedFunction } from './function-host.ts';

/** One function as the host runs it. */
export interface LocalFunction {
  readonly name: string;
  readonly logicalId: string;
  readonly runtime: string;
  readonly architecture: FunctionDefinition['architecture'];
  readonly memorySizeMb: number;
  readonly timeoutSeconds: number;
  /** Size of the deployment package, unpacked. */
  readonly packageBytes: number;
  readonly logGroup: string;
  /** The template's variables, resolved, with those of the options. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The outcome of a direct invocation. */
export interface InvokeResult {
  readonly requestId: string;
  /** The function's response, or its error object, as parsed JSON. */
  readonly payload: unknown;
  /** Undefined when the function succeeded. */
  readonly errorType: string | undefined;
}

/** A running host. */
export interface LocalLambda {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What requests must carry; undefined: nothing, since only this machine reaches the host. */
  readonly token: string | undefined;
  /** Those of the package as last read. */
  readonly functions: readonly LocalFunction[];
  /** Where debuggers attach. */
  readonly debuggers: readonly DebuggedFunction[];
  readonly routes: readonly ServedRoute[];
  /** Resolves when a debugger is attached to one of them. */
  debuggerAttached(): Promise<void>;
  /**
   * Invokes a function without HTTP, or one of its aliases or versions (`orders:live`).
   * @throws LocalLambdaError when no function has that name.
   */
  invoke(functionName: string, payload: unknown): Promise<InvokeResult>;
  /** Ends idle environments (of one function, or all), so that the next invocation is cold. */
  dropEnvironments(functionName?: string): Promise<void>;
  /** Resolves when no asynchronous event waits, is in flight or is to be tried again. */
  settleEvents(): Promise<void>;
  /** Resolves when the log lines of all answered invocations are on disk. */
  flushLogs(): Promise<void>;
  /**
   * Reads the deployment package anew; requests in flight finish on the old code. Functions that have not changed keep
   * their environments.
   * @throws LocalLambdaError when the new package is wrong; the old one stays.
   */
  reload(): Promise<void>;
  /** Answers what is in flight, then leaves no process, port or temporary folder behind. */
  close(): Promise<void>;
}

/** Tells of a function what a program may want to know. */
export function describeFunction({ definition, packageBytes }: HostedFunction): LocalFunction {
  const { name, logicalId, runtime, architecture, memorySizeMb, timeoutSeconds } = definition;
  const { logGroup, environment } = definition;
  return {
    name,
    logicalId,
    runtime,
    architecture,
    memorySizeMb,
    timeoutSeconds,
    packageBytes,
    logGroup,
    environment,
  };
}
