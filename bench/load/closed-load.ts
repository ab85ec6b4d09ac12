import autocannon from 'autocannon';
import type { BenchAnswer, BenchRequest } from '../scenarios/scenario.ts';
import { histogram } from '../statistics/histogram.ts';
import type { LoadResult } from './load-result.ts';

/** How much load, and for how long. */
export interface ClosedLoadOptions {
  readonly url: string;
  readonly connections: number;
  /** Calls in all; when absent, as many as go into `seconds`. */
  readonly calls: number | undefined;
  readonly seconds: number;
  /** Seconds until an answer counts as lost. */
  readonly timeoutSeconds: number;
  readonly next: () => BenchRequest;
  readonly verify: (request: BenchRequest, answer: BenchAnswer) => string | undefined;
  /** Told a few times a second how many answers have come. */
  readonly onProgress: (answers: number, elapsedMs: number) => void;
  readonly signal: AbortSignal;
}

const PROGRESS_MS = 250;
const SHOWN_WRONG = 3;
/** A server that loses this many requests is not worth the wait for more. */
const MAX_LOST = 100;

/**
 * Applies load in the closed model: each of N kept-alive connections sends its next request when its last is
 * answered. Requests under way when the time is over are waited for, so that the shed's account stays exact;
 * none is ever repeated.
 */
export async function closedLoad(options: ClosedLoadOptions): Promise<LoadResult> {
  const { url, connections, calls, seconds, timeoutSeconds, verify, onProgress, signal } = options;
  const base = new URL(url);
  const prefix = base.pathname.replace(/\/$/, '');
  const latency = histogram();
  const statuses: Record<string, number> = {};
  const firstWrong: string[] = [];
  const clients = new Set<DrainableClient>();
  let sent = 0;
  let answers = 0;
  let wrong = 0;
  let timedOut = 0;
  let lastAnswerAt = 0;

  const startedAt = performance.now();
  const ended = Promise.withResolvers<void>();
  const settings: autocannon.Options = {
    url: base.origin,
    connections,
    timeout: timeoutSeconds,
    // Ended by the drain below: what autocannon does itself at its end would cut requests off.
    ...(calls === undefined ? { duration: 2 * seconds + 2 * timeoutSeconds } : { amount: calls }),
    sampleInt: 50,
    bailout: MAX_LOST,
    setupClient: (client) => clients.add(client as unknown as DrainableClient),
    requests: [
      {
        setupRequest(request, context) {
          const made = options.next();
          sent++;
          (context as { made?: BenchRequest }).made = made;
          return { ...request, method: made.method, path: prefix + made.path };
        },
        onResponse(status, body, context) {
          const { made } = context as { made?: BenchRequest };
          const problem = made === undefined ? 'an answer to no request' : verify(made, { status, body });
          if (problem === undefined) return;
          wrong++;
          if (firstWrong.length < SHOWN_WRONG) firstWrong.push(problem);
        },
      },
    ],
  };
  const instance = autocannon(settings, (error) => (error ? ended.reject(error) : ended.resolve()));
  instance.on('response', (_client, status, _bytes, millis) => {
    answers++;
    lastAnswerAt = performance.now();
    latency.record(millis * 1000);
    statuses[status] = (statuses[status] ?? 0) + 1;
  });

  instance.on('reqError', ({ message }: Error) => {
    if (message === 'request timed out') timedOut++;
  });

  const drain = () => {
    for (const client of clients) client.responseMax = client.reqsMade;
  };
  const over = calls === undefined ? setTimeout(drain, seconds * 1000) : undefined;
  const ticker = setInterval(() => onProgress(answers, performance.now() - startedAt), PROGRESS_MS);
  const stop = () => instance.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await ended.promise;
    signal.throwIfAborted();
    const lost = sent - answers;
    const elapsedMs = (lost > 0 ? performance.now() : lastAnswerAt) - startedAt;
    for (let i = 0; i < lost; i++) latency.record(timeoutSeconds * 1_000_000);
    return {
      model: 'closed',
      calls: sent,
      latency: latency.toData(),
      statuses,
      lost,
      timedOut,
      dropped: 0,
      wrong,
      firstWrong,
      elapsedMs,
      connectMs: [],
    };
  } finally {
    clearTimeout(over);
    clearInterval(ticker);
    signal.removeEventListener('abort', stop);
  }
}

/** What autocannon's client offers for its own `amount`: it ends after the answer to request `responseMax`. */
interface DrainableClient {
  responseMax: number | undefined;
  readonly reqsMade: number;
}
