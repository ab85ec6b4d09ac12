import { Readable } from 'node:stream';
import type { EventBus } from '../events/event-bus.ts';
import type { EventOf } from '../events/platform-event.ts';
import { guarded, type OnFault } from '../fault-boundary.ts';
import type { GatewayAnswer } from '../gateway/answer.ts';
import { apiError } from '../lambda-api/errors.ts';
import { INSIGHTS_GROUP } from '../logs/insights-line.ts';
import { MAX_LINE_CHARACTERS } from '../logs-api/last-lines.ts';
import type { LiveEnvironments, ShownEnvironment } from './environments.ts';
import type { EndedInvocation } from './recent.ts';

/** What happens on a host, for pages that look on, as server-sent events. */
export interface LiveStream {
  /** Begins with the event `snapshot`; `delta` follows whenever something has happened. */
  open(): GatewayAnswer;
  close(): void;
}

/** What a stream shows. */
export interface LiveStreamOptions {
  readonly events: EventBus;
  readonly environments: LiveEnvironments;
  /** The functions as the API lists them. */
  readonly functions: () => readonly object[];
  /** The latest invocations, the newest first. */
  readonly invocations: () => readonly EndedInvocation[];
  readonly onFault: OnFault;
}

/** A change of what is shown. */
interface Delta {
  /** New, or not what they were. */
  readonly environments: readonly ShownEnvironment[];
  /** Those that are gone. */
  readonly ended: readonly string[];
  /** The newest last. */
  readonly invocations: readonly EndedInvocation[];
  readonly log: readonly Pick<EventOf<'log-line'>, 'timeMs' | 'group' | 'stream' | 'message'>[];
  /** What there was no room for. */
  readonly skipped: { readonly invocations: number; readonly lines: number };
  /** All of them, when one was added, changed or removed. */
  readonly functions?: readonly object[];
}

/** How much clients may take; a test may ask for less. */
export interface LiveLimits {
  readonly streams: number;
  /** Changes are gathered for so long, in ms. */
  readonly intervalMs: number;
  /** A client that is behind by so many characters is too slow, and is let go; it may come again. */
  readonly behind: number;
}

const LIMITS: LiveLimits = { streams: 16, intervalMs: 250, behind: 2_097_152 };
/** A delta holds no more of each. */
const MAX_INVOCATIONS = 50;
const MAX_LINES = 100;
/** So often a stream without news says that it lives, in ms. */
const ALIVE_MS = 15_000;

/** Makes the streams of a host. Nothing is gathered while nobody looks on. */
export function createLiveStream(options: LiveStreamOptions, limits = LIMITS): LiveStream {
  const { events, environments } = options;
  const clients = new Set<Readable>();
  let leave: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let alive: NodeJS.Timeout | undefined;
  let pending = nothing();

  function changed(): void {
    timer ??= setTimeout(guarded('the live stream', options.onFault, flush), limits.intervalMs).unref();
  }

  function begin(): void {
    const leaves = [
      events.on(
        ['environment-starting', 'environment-ready', 'environment-idle', 'invocation-started'],
        (event) => {
          pending.environments.add(event.environmentId);
          changed();
        },
      ),
      events.on(['environment-ended'], ({ environmentId }) => {
        pending.environments.delete(environmentId);
        pending.ended.push(environmentId);
        changed();
      }),
      events.on(['invocation-ended'], (event) => {
        pending.environments.add(event.environmentId);
        if (pending.invocations.length < MAX_INVOCATIONS) pending.invocations.push(event);
        else pending.skipped.invocations += 1;
        changed();
      }),
      events.on(['log-line'], ({ timeMs, group, stream, message }) => {
        if (group === INSIGHTS_GROUP) return;
        if (pending.log.length < MAX_LINES) {
          pending.log.push({ timeMs, group, stream, message: message.slice(0, MAX_LINE_CHARACTERS) });
        } else pending.skipped.lines += 1;
        changed();
      }),
      events.on(['function-added', 'function-changed', 'function-removed'], () => {
        pending.functions = true;
        changed();
      }),
    ];
    leave = () => {
      for (const one of leaves) one();
    };
    alive = setInterval(() => send(': alive\n\n'), ALIVE_MS).unref();
  }

  function end(): void {
    leave?.();
    leave = undefined;
    clearTimeout(timer);
    clearInterval(alive);
    timer = undefined;
    pending = nothing();
  }

  function flush(): void {
    timer = undefined;
    const { environments: ids, functions, ...rest } = pending;
    pending = nothing();
    const delta: Delta = {
      ...rest,
      environments: environments.list().filter(({ environmentId }) => ids.has(environmentId)),
      ...(functions && { functions: options.functions() }),
    };
    send(textOf('delta', delta));
  }

  function send(text: string): void {
    for (const client of clients) {
      client.push(text);
      if (client.readableLength > limits.behind) client.destroy();
    }
  }

  return {
    open: () => {
      if (clients.size >= limits.streams) {
        return apiError(503, 'TooManyStreams', `at most ${limits.streams} clients look on at once`);
      }
      const client = new Readable({ read: () => undefined });
      client.once('close', () => {
        clients.delete(client);
        if (clients.size === 0) end();
      });
      if (clients.size === 0) begin();
      // What waits is in the snapshot already.
      if (timer !== undefined) {
        clearTimeout(timer);
        flush();
      }
      clients.add(client);
      const snapshot = {
        environments: environments.list(),
        functions: options.functions(),
        invocations: options.invocations(),
      };
      client.push(textOf('snapshot', snapshot));
      const headers = ['content-type', 'text/event-stream', 'cache-control', 'no-store'];
      return { status: 200, headers, body: client };
    },
    close: () => {
      for (const client of clients) client.push(null);
    },
  };
}

function nothing() {
  return {
    environments: new Set<string>(),
    ended: [] as string[],
    invocations: [] as EndedInvocation[],
    log: [] as Delta['log'][number][],
    skipped: { invocations: 0, lines: 0 },
    functions: false,
  };
}

function textOf(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
