import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionDefinition } from '../deployment-package/functions.ts';
import { type EnvironmentLog, openEnvironmentLog } from '../logs/environment-log.ts';
import { type LogStore, streamName } from '../logs/log-store.ts';
import { platformLines } from '../logs/platform-lines.ts';
import { type Refusal, type RuntimeFailure, startRuntimeApi } from '../runtime-api/server.ts';
import { reportedFailure } from './failures.ts';
import type { Invocation } from './invocation.ts';
import { createInvocationRecord } from './invocation-record.ts';
import { faultOf, outcomeOf } from './outcome.ts';
import { type ProcessExit, type RuntimeCommand, type RuntimeProcess, startProcess } from './process.ts';
import {
  type Effect,
  type EnvironmentEvent,
  type EnvironmentState,
  STARTING,
  type StopReason,
  transition,
} from './state.ts';

/** One execution environment. */
export interface Environment {
  readonly id: string;
  readonly state: () => EnvironmentState;
  /** Hands over an invocation; the environment must be idle. */
  dispatch(invocation: Invocation): void;
  /** Ends the environment, whatever it does. */
  drop(): void;
}

/** What an environment needs and whom it tells. */
export interface EnvironmentOptions {
  readonly definition: FunctionDefinition;
  readonly command: RuntimeCommand;
  /** Folder of the unpacked code. */
  readonly taskRoot: string;
  /** Folder below which the environment makes its own temporary directory. */
  readonly scratchDir: string;
  /** Variables for the process, those of this environment excepted. */
  readonly variables: Readonly<Record<string, string>>;
  readonly logStore: LogStore;
  /** 32 hex digits. */
  readonly id: string;
  /** Init that takes longer is repeated within the invocation. */
  readonly initTimeoutMs: number;
  readonly enforceMemory: boolean;
  /** `/proc`, or a folder that is not there. */
  readonly procDir: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly clock: () => number;
  readonly onAvailable: (environment: Environment) => void;
  /** Init is over, one way or the other: another environment may start. */
  readonly onInitOver: () => void;
  /** Init failed: the invocation within which it is repeated, if one waits. */
  readonly takeForRestart: () => Invocation | undefined;
  readonly onEnded: (environment: Environment) => void;
  readonly onProcess: (pid: number, alive: boolean) => void;
}

/** How often the memory of a busy environment is looked at, in ms; shorter spikes escape. */
const MEMORY_POLL_MS = 10;
/** The peak is read (8 µs) after so much work, in ms: less than Lambda bills touches a few MB at most. */
const PEAK_READ_MS = 1;

/** Starts an execution environment: its Runtime API, its log stream and its process. */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { definition, now, clock } = options;
  const tmpDir = join(options.scratchDir, options.id);
  await mkdir(tmpDir, { recursive: true });
  const api = await startRuntimeApi({
    next: () => apply({ type: 'next' }),
    response: (requestId, body, tooLarge) => {
      response = body;
      const refused = apply({ type: 'response', requestId, tooLarge });
      return refused ?? (tooLarge ? 'response-too-large' : undefined);
    },
    error: (requestId, failure) => {
      reported = failure;
      return apply({ type: 'error', requestId });
    },
    initError: (failure) => {
      reported = failure;
      return apply({ type: 'init-error' });
    },
  });
  const stream = options.logStore.openStream(definition.logGroup, streamName(now(), options.id));
  const log: EnvironmentLog = openEnvironmentLog(stream, now, (line) => record.current()?.onLogLine?.(line));
  const lines = platformLines(definition, now);
  const record = createInvocationRecord(definition, log, lines, now, clock);
  const environment: Environment = {
    id: options.id,
    state: () => state,
    dispatch: (invocation) => {
      begin(invocation, false);
      apply({ type: 'dispatch', requestId: invocation.requestId });
    },
    drop: () => void apply({ type: 'stop', reason: 'dropped' }),
  };

  let state: EnvironmentState = STARTING;
  let response: Buffer = Buffer.alloc(0);
  let reported: RuntimeFailure | undefined;
  let waiting: Invocation | undefined;
  let child: RuntimeProcess | undefined;
  let lastExit: ProcessExit | undefined;
  let initStartedAt = clock();
  let initMs: number | undefined;
  let initFailed = false;
  let initTimer: NodeJS.Timeout | undefined;
  let timeoutTimer: NodeJS.Timeout | undefined;
  let memoryTimer: NodeJS.Timeout | undefined;
  let peakMb: number | undefined;
  let workSincePeakMs = Number.POSITIVE_INFINITY;
  let initOver = false;

  writeLine(lines.initStart());
  startRuntime();
  initTimer = setTimeout(() => apply({ type: 'stop', reason: 'init-timeout' }), options.initTimeoutMs);
  return environment;

  function startRuntime(): void {
    initStartedAt = clock();
    workSincePeakMs = Number.POSITIVE_INFINITY;
    child = startProcess(
      options.command,
      {
        cwd: options.taskRoot,
        procDir: options.procDir,
        env: {
          ...options.variables,
          AWS_LAMBDA_LOG_STREAM_NAME: stream.name,
          AWS_LAMBDA_RUNTIME_API: api.address,
          TMPDIR: tmpDir,
        },
      },
      log.output,
      (exit) => {
        if (child?.pid !== undefined) options.onProcess(child.pid, false);
        lastExit = exit;
        waiting = state.phase === 'starting' ? options.takeForRestart() : undefined;
        apply(waiting === undefined ? { type: 'exit' } : { type: 'exit', retry: waiting.requestId });
      },
    );
    if (child.pid !== undefined) options.onProcess(child.pid, true);
  }

  function apply(event: EnvironmentEvent): Refusal | undefined {
    const result = transition(state, event);
    if ('refused' in result) return result.refused;
    state = result.state;
    for (const effect of result.effects) perform(effect);
    return undefined;
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'initialized':
        initialized();
        break;
      case 'init-failed':
        reportInit(effect.cause);
        break;
      case 'restart':
        if (waiting !== undefined) begin(waiting, true);
        startRuntime();
        break;
      case 'deliver':
        deliver();
        break;
      case 'settle':
        settle(effect);
        break;
      case 'finish':
        finish();
        break;
      case 'available':
        options.onAvailable(environment);
        break;
      case 'kill':
        child?.kill();
        break;
      case 'ended':
        ended();
        break;
    }
  }

  function initialized(): void {
    clearTimeout(initTimer);
    // Init that is repeated within an invocation is part of that invocation's duration.
    if (!initFailed) initMs = clock() - initStartedAt;
    record.start();
    releaseStart();
  }

  function reportInit(cause: 'error' | 'exit' | StopReason): void {
    if (initFailed) return;
    initFailed = true;
    clearTimeout(initTimer);
    const timedOut = cause === 'init-timeout';
    const type = cause === 'exit' ? 'Runtime.ExitError' : reported && reportedFailure(reported).errorType;
    writeInitReport('init', timedOut, type);
    if (cause === 'error') child?.kill();
    releaseStart();
  }

  function writeInitReport(phase: 'init' | 'invoke', timedOut: boolean, type: string | undefined): void {
    const status = timedOut ? 'timeout' : 'error';
    const ms = clock() - initStartedAt;
    writeLine(lines.initReport(now(), phase, ms, status, timedOut ? undefined : type));
  }

  function releaseStart(): void {
    if (!initOver) options.onInitOver();
    initOver = true;
  }

  function writeLine(line: string | undefined): void {
    if (line !== undefined) log.platform(now(), line);
  }

  function begin(invocation: Invocation, duringInit: boolean): void {
    record.begin(invocation, initMs, duringInit);
    initMs = undefined;
    timeoutTimer = setTimeout(
      () => apply({ type: 'stop', reason: 'timeout' }),
      definition.timeoutSeconds * 1000,
    );
    if (options.enforceMemory) memoryTimer = setInterval(checkMemory, MEMORY_POLL_MS);
  }

  function checkMemory(): void {
    const resident = child?.memory?.residentMb();
    if (resident === undefined) return;
    // What is known of a process that ends before its REPORT.
    peakMb = Math.max(peakMb ?? 0, Math.ceil(resident));
    if (resident > definition.memorySizeMb) apply({ type: 'stop', reason: 'out-of-memory' });
  }

  function deliver(): void {
    const invocation = record.current();
    if (invocation === undefined) return;
    api.deliver({
      requestId: invocation.requestId,
      payload: invocation.payload,
      traceId: invocation.traceId,
      clientContext: invocation.clientContext,
      functionArn: definition.arn,
      deadlineMs: Math.round(now() - record.elapsedMs()) + definition.timeoutSeconds * 1000,
    });
  }

  function settle(effect: Extract<Effect, { type: 'settle' }>): void {
    clearTimeout(timeoutTimer);
    clearInterval(memoryTimer);
    const { timeoutSeconds } = definition;
    const evidence = { response, reported, exit: lastExit, timeoutSeconds };
    const outcome = outcomeOf(effect, evidence);
    const kind = effect.outcome;
    if (record.isDuringInit()) writeInitReport('invoke', kind === 'timeout', outcome.errorType);
    const fault = faultOf(effect, evidence, outcome.errorType, now());
    reported = undefined;
    response = Buffer.alloc(0);
    record.settle(outcome, kind, fault);
  }

  function finish(): void {
    workSincePeakMs += record.elapsedMs();
    if (workSincePeakMs >= PEAK_READ_MS) {
      peakMb = child?.memory?.peakMb() ?? peakMb;
      workSincePeakMs = 0;
    }
    record.finish(peakMb);
  }

  function ended(): void {
    clearTimeout(initTimer);
    releaseStart();
    api.close();
    log.after(() => log.close());
    rm(tmpDir, { recursive: true, force: true })
      .catch(() => undefined)
      .finally(() => options.onEnded(environment));
  }
}
