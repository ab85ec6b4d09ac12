import { createHeldTimer } from '../debugging/hold.ts';
import type { EndReason } from '../events/platform-event.ts';
import { createTimer, guarded } from '../fault-boundary.ts';
import type { Refusal } from '../runtime-api/protocol.ts';
import { startRuntimeApi } from '../runtime-api/server.ts';
import type { Environment, EnvironmentOptions } from './environment-options.ts';
import { openRecords } from './environment-records.ts';
import type { Invocation } from './invocation.ts';
import { createMemoryWatch } from './memory-watch.ts';
import { createMeter } from './meter.ts';
import { conclude, reportedFailure } from './outcome.ts';
import { type ProcessExit, type RuntimeProcess, startProcess } from './process.ts';
import { type Effect, type EnvironmentEvent, type EnvironmentState, STARTING, transition } from './state.ts';

/** A runtime whose connection closed has so long to ask again or to end, in ms. */
const AWAY_LIMIT_MS = 2_000;
/** What a function that is debugged is told to have left: a day, in ms. */
const HELD_MS = 86_400_000;

/** Starts an execution environment: its Runtime API, its log stream and its process. */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { definition, confinement, now, clock } = options;
  const { timeoutSeconds } = definition;
  const where = `an environment of ${definition.name}`;
  const api = await startRuntimeApi({
    next: () => apply({ type: 'next' }),
    response: (requestId, body, tooLarge) =>
      apply({ type: 'response', requestId, body, tooLarge }) ?? (tooLarge ? 'response-too-large' : undefined),
    error: (requestId, failure) => apply({ type: 'error', requestId, failure }),
    stream: (requestId, contentType) => {
      const sink = record.current()?.sink;
      if (sink === undefined || apply({ type: 'stream', requestId }) !== undefined) return undefined;
      sink.begin(contentType, options.id);
      return sink;
    },
    streamEnd: (requestId, ending) => apply({ type: 'stream-end', requestId, ending }),
    // The process is about to end, as a rule, and its end says more.
    streamBroken: guard(() => awayTimer.set(AWAY_LIMIT_MS)),
    initError: (failure) => apply({ type: 'init-error', failure }),
    disconnected: guard(() => apply({ type: 'disconnected' })),
    unread: guard(() => apply({ type: 'unread' })),
    onFault: (what, error) => {
      options.onFault(`${what}, ${where}`, error);
      drop('fault');
    },
  });
  const { logStream, log, account, record, init } = openRecords(options);
  const meter = createMeter(clock);
  const { hold } = options;
  const newTimer = (action: () => void) =>
    hold === undefined
      ? { ...createTimer(action), close: () => undefined }
      : createHeldTimer(action, hold, clock);
  const initTimer = newTimer(guard(() => apply({ type: 'stop', reason: 'init-timeout' })));
  const timeout = newTimer(guard(() => apply({ type: 'stop', reason: 'timeout' })));
  const awayTimer = newTimer(guard(stayedAway));
  const memory = createMemoryWatch({
    limitMb: definition.memorySizeMb,
    residentMb: meter.residentMb,
    isBusy: () => 'requestId' in state,
    elapsedMs: record.elapsedMs,
    onExceeded: () => apply({ type: 'stop', reason: 'out-of-memory' }),
    guard,
  });
  const { figures } = account;
  const environment: Environment = {
    id: options.id,
    state: () => state,
    dispatch,
    drop,
    figures,
    residentMb: meter.residentMb,
  };

  let state: EnvironmentState = STARTING;
  let child: RuntimeProcess | undefined;

  account.starting();
  try {
    startRuntime();
  } catch (error) {
    api.close();
    log.close();
    account.ending('fault');
    account.ended();
    await confinement.close();
    throw error;
  }
  initTimer.set(options.initTimeoutMs);
  return environment;

  /** What fails in a callback ends this environment alone. */
  function guard(action: () => unknown): () => void {
    return guarded(
      where,
      options.onFault,
      () => void action(),
      () => drop('fault'),
    );
  }

  function stayedAway(): void {
    const ending = { kind: 'truncated' } as const;
    if (state.phase === 'away') drop('exit');
    else if (state.phase === 'streaming') apply({ type: 'stream-end', requestId: state.requestId, ending });
  }

  function drop(reason: EndReason = 'dropped'): void {
    account.ending(reason);
    apply({ type: 'stop', reason: 'dropped' });
  }

  function dispatch(invocation: Invocation): boolean {
    meter.begin();
    // One that ends just now is found out by the event that it does not read.
    if (!api.isAwaited() || child?.isGone() !== false) {
      apply({ type: 'disconnected' });
      return false;
    }
    if (options.freeze) child.signal('SIGCONT');
    begin(invocation, false);
    apply({ type: 'dispatch', requestId: invocation.requestId });
    return true;
  }

  function startRuntime(): void {
    init.begin();
    const started = startProcess(
      confinement.command,
      {
        cwd: options.taskRoot,
        procDir: options.procDir,
        env: {
          // Not the developer's own.
          HOME: confinement.tmpDir,
          ...options.variables,
          AWS_LAMBDA_LOG_STREAM_NAME: logStream,
          AWS_LAMBDA_RUNTIME_API: api.address,
          TMPDIR: confinement.tmpDir,
        },
      },
      log.output,
      guarded(where, options.onFault, (exit: ProcessExit) => {
        if (started.pid !== undefined) options.onProcess(started.pid, false);
        // Its end may be heard of before that of its connection.
        api.whenHeard(guard(() => exited(exit)));
      }),
    );
    child = started;
    meter.watch(started.counters);
    if (started.pid !== undefined) {
      confinement.enter(started.pid);
      options.onProcess(started.pid, true);
    }
  }

  function exited(exit: ProcessExit): void {
    const retry = state.phase === 'starting' ? options.takeForRestart() : undefined;
    apply(retry === undefined ? { type: 'exit', exit } : { type: 'exit', exit, retry });
  }

  function apply(event: EnvironmentEvent): Refusal | undefined {
    const result = transition(state, event);
    if ('refused' in result) return result.refused;
    if (event.type === 'stop') account.stopping(event.reason);
    state = result.state;
    for (const effect of result.effects) perform(effect);
    return undefined;
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'initialized':
        account.ready(init.done());
        confinement.initialized();
        break;
      case 'init-failed': {
        account.ending('init-failed');
        const { cause, failure } = effect;
        const type = cause === 'exit' ? 'Runtime.ExitError' : failure && reportedFailure(failure).errorType;
        init.failed('init', cause === 'init-timeout', type);
        break;
      }
      case 'init-over':
        initTimer.clear();
        options.onInitOver();
        break;
      case 'restart':
        begin(effect.invocation, true);
        confinement.initialized();
        startRuntime();
        meter.begin();
        break;
      case 'deliver':
        deliver();
        break;
      case 'settle':
        settle(effect);
        break;
      case 'finish':
        timeout.clear();
        record.finish(meter.end, effect.late);
        break;
      case 'give-back': {
        timeout.clear();
        const invocation = record.withdraw();
        if (invocation !== undefined) options.onGiveBack(invocation);
        break;
      }
      case 'available':
        awayTimer.clear();
        if (options.freeze) child?.signal('SIGSTOP');
        account.idle();
        options.onAvailable(environment);
        break;
      case 'unavailable':
        awayTimer.set(AWAY_LIMIT_MS);
        options.onUnavailable(environment);
        break;
      case 'kill':
        child?.signal('SIGKILL');
        break;
      case 'ended':
        close();
        break;
    }
  }

  function begin(invocation: Invocation, duringInit: boolean): void {
    record.begin(invocation, init.take(), duringInit);
    account.started(invocation);
    timeout.set(timeoutSeconds * 1000);
    if (options.enforceMemory) memory.begin();
  }

  function deliver(): void {
    const invocation = record.current();
    if (invocation === undefined) return;
    record.start();
    api.deliver({
      requestId: invocation.requestId,
      payload: invocation.payload,
      traceId: invocation.traceId,
      clientContext: invocation.clientContext,
      functionArn: qualified(definition.arn, invocation.qualifier),
      deadlineMs: Math.round(now() - record.elapsedMs()) + (hold?.isHeld() ? HELD_MS : timeoutSeconds * 1000),
    });
  }

  function settle({ requestId, ending }: Extract<Effect, { type: 'settle' }>): void {
    const conclusion = conclude(requestId, ending, timeoutSeconds, now());
    if (record.isDuringInit()) {
      init.failed('invoke', conclusion.status === 'timeout', conclusion.outcome.errorType);
    }
    record.settle(conclusion);
  }

  function close(): void {
    for (const timer of [initTimer, timeout, awayTimer]) {
      timer.clear();
      timer.close();
    }
    memory.stop();
    api.close();
    log.after(() => {
      log.close();
      account.ended();
    });
    const onEnded = guard(() => options.onEnded(environment));
    const closed = confinement.close().catch((error) => options.onFault(where, error));
    closed.then(onEnded, onEnded);
  }
}

function qualified(arn: string, qualifier: string | undefined): string {
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}
