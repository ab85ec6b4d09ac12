import type { FunctionDefinition } from '../deployment-package/functions.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { EndReason, InvocationEnd, OfEnvironment } from '../events/platform-event.ts';
import { billedMs, type Report } from '../logs/lines.ts';
import type { Invocation } from './invocation.ts';
import type { StopReason } from './state.ts';

/** What is known of one environment since its start. */
export interface EnvironmentFigures extends OfEnvironment {
  readonly logGroup: string;
  readonly logStream: string;
  readonly memorySizeMb: number;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  /** Undefined until it was ready for the first time. */
  readonly initMs: number | undefined;
  /** When its last invocation ended, in ms since the epoch. */
  readonly lastUsedMs: number | undefined;
  /** Invocations that have ended. */
  readonly invocations: number;
  /** … with an error. */
  readonly errors: number;
  /** Largest resident set as the last REPORT says; undefined before, and where it cannot be measured. */
  readonly maxMemoryUsedMb: number | undefined;
  /** CPU time of all its invocations; undefined where it cannot be measured. */
  readonly cpuMs: number | undefined;
}

/** Keeps the figures of one environment, and tells of what happens to it. */
export interface EnvironmentAccount {
  readonly figures: () => EnvironmentFigures;
  starting(): void;
  ready(initMs: number): void;
  idle(): void;
  /** Says why the environment is about to end; the first reason counts. */
  ending(reason: EndReason): void;
  /** The same, for what the host itself stops. */
  stopping(reason: StopReason): void;
  ended(): void;
  started(invocation: Invocation): void;
  finished(report: Report, invocation: Invocation, startedMs: number): void;
}

/** What an account needs. */
export interface AccountOptions {
  readonly definition: FunctionDefinition;
  readonly id: string;
  readonly logStream: string;
  readonly events: EventBus;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Opens the account of an environment that is about to start. */
export function openAccount({ definition, id, logStream, events, now }: AccountOptions): EnvironmentAccount {
  const { name: functionName, version, logGroup, memorySizeMb } = definition;
  const which: OfEnvironment = { environmentId: id, functionName, version };
  const startedMs = now();
  let initMs: number | undefined;
  let lastUsedMs: number | undefined;
  let invocations = 0;
  let errors = 0;
  let maxMemoryUsedMb: number | undefined;
  let cpuMs: number | undefined;
  let reason: EndReason | undefined;

  return {
    figures: () => ({
      ...which,
      logGroup,
      logStream,
      memorySizeMb,
      startedMs,
      initMs,
      lastUsedMs,
      invocations,
      errors,
      maxMemoryUsedMb,
      cpuMs,
    }),
    starting: () => {
      events.emit({
        type: 'environment-starting',
        timeMs: startedMs,
        ...which,
        logGroup,
        logStream,
        memorySizeMb,
      });
    },
    ready: (ms) => {
      initMs = ms;
      events.emit({ type: 'environment-ready', timeMs: now(), ...which, initMs: ms });
    },
    idle: () => {
      // Its init had failed and was repeated.
      reason = undefined;
      if (events.hears('environment-idle'))
        events.emit({ type: 'environment-idle', timeMs: now(), ...which });
    },
    ending: (why) => {
      reason ??= why;
    },
    stopping: (why) => {
      reason ??= why === 'init-timeout' ? 'init-failed' : why;
    },
    ended: () => {
      events.emit({ type: 'environment-ended', timeMs: now(), ...which, reason: reason ?? 'exit' });
    },
    started: ({ requestId, traceId }) => {
      if (!events.hears('invocation-started')) return;
      events.emit({ type: 'invocation-started', timeMs: now(), ...which, requestId, traceId });
    },
    finished: (report, invocation, beganMs) => {
      const outcome = outcomeOf(report);
      lastUsedMs = now();
      invocations += 1;
      if (outcome !== 'success') errors += 1;
      maxMemoryUsedMb = report.maxMemoryUsedMb ?? maxMemoryUsedMb;
      if (report.cpuMs !== undefined) cpuMs = (cpuMs ?? 0) + report.cpuMs;
      if (!events.hears('invocation-ended')) return;
      events.emit({
        type: 'invocation-ended',
        timeMs: lastUsedMs,
        environmentId: id,
        functionName,
        version,
        requestId: invocation.requestId,
        traceId: invocation.traceId,
        startedMs: beganMs,
        parentId: invocation.parentId,
        attempt: invocation.attempt ?? 1,
        outcome,
        errorType: report.functionError ?? report.errorType,
        durationMs: report.durationMs,
        billedMs: billedMs(report),
        initMs: report.initMs,
        memorySizeMb: report.memorySizeMb,
        maxMemoryUsedMb: report.maxMemoryUsedMb,
        cpuMs: report.cpuMs,
      });
    },
  };
}

function outcomeOf({ status, functionError }: Report): InvocationEnd {
  if (status === 'timeout') return 'timeout';
  return status === undefined && functionError === undefined ? 'success' : 'error';
}
