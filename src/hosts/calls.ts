import type { CallContext } from '../domain/context.ts';
import { ShedError } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import type { AnyContext, PortableFunction } from '../functions/catalogue.ts';
import { createDeadlines, type Deadline } from './deadlines.ts';

/** How one call ended. */
export interface CallEnd {
  readonly functionName: string;
  readonly requestId: string;
  readonly durationMs: number;
  /** `error`: it failed for a reason that it cannot explain; what it explains is a success, as on Lambda. */
  readonly outcome: 'success' | 'error' | 'timeout';
  /** Name of the error. */
  readonly errorType?: string;
}

/** What names a call, and how long its transport waits for it. */
export interface CallNames {
  readonly requestId: string;
  /** Names the errand that it is part of. */
  readonly correlationId: string;
  /** Milliseconds until the transport's deadline; absent: the host's time-out. */
  readonly limitMs?: number | undefined;
}

/** What calls are made with. */
export interface CallsOptions {
  /** What lives as long as the process: adapters and settings. */
  readonly parts: Omit<AnyContext, keyof CallContext>;
  readonly logFor: (functionName: string, requestId: string, correlationId: string) => Log;
  /** Calls under way at once, at least 1. */
  readonly concurrency: number;
  /** A call that takes longer has failed, in ms, unless its transport says less. */
  readonly timeoutMs: number;
  readonly random: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly clock: () => number;
  readonly onStart: (functionName: string, requestId: string) => void;
  /** Is told of each call once, when its work has ended, however late. */
  readonly onEnd: (end: CallEnd) => void;
  /** Takes what `onStart` and `onEnd` throw: the call goes on. */
  readonly onFault: (error: unknown) => void;
}

/** The calls of a host. */
export interface Calls {
  /**
   * Calls a function.
   * @returns undefined: as many calls as allowed are under way.
   * @throws what the function throws; ShedError `INTERNAL_ERROR` when it takes too long, and its result is thrown away.
   */
  call(
    portable: PortableFunction<AnyContext>,
    event: unknown,
    names: CallNames,
  ): Promise<unknown> | undefined;
  readonly underWay: () => number;
  /** Whether one more would be refused. */
  readonly isFull: () => boolean;
  /** Resolves when one more would not be refused. */
  room(): Promise<void>;
  /** Resolves when none is under way. */
  idle(): Promise<void>;
}

/** Makes what calls portable functions on hosts that serve several calls in one process. */
export function createCalls(options: CallsOptions): Calls {
  const { clock, concurrency, onStart, onEnd } = options;
  const whenIdle: (() => void)[] = [];
  const whenRoom: (() => void)[] = [];
  const deadlines = createDeadlines(clock);
  let count = 0;

  return {
    call: (portable, event, names) => (count >= concurrency ? undefined : run(portable, event, names)),
    underWay: () => count,
    isFull: () => count >= concurrency,
    room: async () => {
      if (count >= concurrency) await new Promise<void>((resolve) => whenRoom.push(resolve));
    },
    idle: async () => {
      if (count > 0) await new Promise<void>((resolve) => whenIdle.push(resolve));
    },
  };

  function left(): void {
    count -= 1;
    whenRoom.shift()?.();
    if (count === 0) for (const resolve of whenIdle.splice(0)) resolve();
  }

  // One promise and no closure more than are needed: this is most of what a host adds to a short call.
  function run(
    portable: PortableFunction<AnyContext>,
    event: unknown,
    { requestId, correlationId, limitMs: transportMs = options.timeoutMs }: CallNames,
  ): Promise<unknown> {
    const { name } = portable;
    const limitMs = Math.min(transportMs, options.timeoutMs);
    const startedAt = clock();
    const context = {
      ...options.parts,
      requestId,
      correlationId,
      log: options.logFor(name, requestId, correlationId),
      random: options.random,
      remainingTimeMs: () => Math.max(0, startedAt + limitMs - clock()),
    } satisfies CallContext;
    count += 1;
    try {
      onStart(name, requestId);
    } catch (error) {
      options.onFault(error);
    }
    return new Promise((resolve, reject) => {
      const tooLate = () => reject(new ShedError('INTERNAL_ERROR', `no result within ${limitMs} ms`));
      const deadline: Deadline = { atMs: startedAt + limitMs, onOver: tooLate };
      deadlines.add(deadline);
      const ended = (error?: unknown): void => {
        deadlines.remove(deadline);
        const durationMs = clock() - startedAt;
        // A function that computes keeps the timer from firing.
        if (durationMs > limitMs) tooLate();
        else if (error !== undefined) reject(error);
        left();
        try {
          onEnd({ functionName: name, requestId, durationMs, ...outcomeOf(durationMs > limitMs, error) });
        } catch (fault) {
          options.onFault(fault);
        }
      };
      callOf(portable, event, context as unknown as AnyContext).then(
        (result) => {
          ended();
          // Settled by its deadline, it takes no result any more.
          resolve(result);
        },
        (error) => ended(error ?? new Error('the function failed without an error')),
      );
    });
  }
}

/** A function that throws before it returns its promise has failed as any other. */
function callOf(
  { run }: PortableFunction<AnyContext>,
  event: unknown,
  context: AnyContext,
): Promise<unknown> {
  try {
    return run(event, context);
  } catch (error) {
    return Promise.reject(error);
  }
}

const SUCCESS = { outcome: 'success' } as const;

function outcomeOf(isLate: boolean, error: unknown): Pick<CallEnd, 'outcome' | 'errorType'> {
  if (isLate) return { outcome: 'timeout' };
  const isExplained = error instanceof ShedError && error.code !== 'INTERNAL_ERROR';
  if (error === undefined || isExplained) return SUCCESS;
  return { outcome: 'error', errorType: error instanceof Error ? error.name : 'Error' };
}
