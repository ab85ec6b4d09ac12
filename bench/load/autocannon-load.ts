import type { Client, Instance, Request } from 'autocannon';
import autocannon from 'autocannon';
import type { LoadResult } from '../results/load-result.ts';
import { systemClock } from '../world/clock.ts';
import type { LoadOptions } from './apply-load.ts';
import { MAX_UNSERVED, PROGRESS_MS } from './apply-load.ts';
import type { BenchAnswer, BenchRequest } from './exchange.ts';
import { createTally } from './tally.ts';

/** One of autocannon's connections, and what is under way on it. */
interface Lane {
  /** `undefined` until the next one is built. */
  request: BenchRequest | undefined;
  /** When it was sent, in milliseconds of the clock. */
  sentAt: number;
  /** What autocannon said of the connection since. */
  problem: string | undefined;
}

/** How often autocannon looks whether it is over, in milliseconds; a second where it is not told. */
const LOOK_MS = 10;
/** A timer may fire so much early, in milliseconds. */
const TIMER_ERROR_MS = 2;

/**
 * Applies load in the closed model by autocannon, without pipelining. Paths, verification and latencies go through its
 * hooks; of its own figures none is used, since they are whole milliseconds. What is autocannon's own way: the first
 * latency of a connection includes its set-up, so that `connectMs` is empty; certificates are not checked; a connection
 * that was lost is opened again at once.
 * @throws RangeError for what it cannot do: headers of each request's own, work between an answer and the next
 * request, connections of another kind.
 */
export async function autocannonLoad(options: LoadOptions): Promise<LoadResult> {
  const { url, calls, seconds, timeoutSeconds, next, onProgress, signal } = options;
  refuseWhatItCannotDo(options);
  signal.throwIfAborted();
  const clock = systemClock;
  const connections = Math.min(options.connections, calls ?? Infinity);
  const tally = createTally({ ...options, onLost: options.onLost, clock });
  const prefix = new URL(url).pathname.replace(/\/$/, '');
  const lanes: Lane[] = [];
  const clients: Client[] = [];
  let instance: Instance | undefined;
  let failure: { readonly error: unknown } | undefined;
  // autocannon builds a request, and tells of an answer, in one go with the event of the connection concerned.
  let building: Lane | undefined;
  let answer: BenchAnswer | undefined;

  const stop = () => instance?.stop();
  const lose = (lane: Lane, request: BenchRequest) => {
    const { sentAt } = lane;
    const endedAt = clock.now();
    const isTimedOut =
      lane.problem === undefined && endedAt - sentAt >= timeoutSeconds * 1000 - TIMER_ERROR_MS;
    const problem = isTimedOut ? `no answer within ${timeoutSeconds} s` : 'the server closed the connection';
    const outcome = { answer: undefined, problem: lane.problem ?? problem, isTimedOut, sentAt, endedAt };
    tally.record(request, outcome, sentAt);
    lane.request = undefined;
    lane.problem = undefined;
    if (tally.unserved >= MAX_UNSERVED) stop();
  };
  const setupRequest = (template: Request): Request => {
    const request = next();
    if (building) building.request = request;
    // The first one is built before its connection is told of.
    else lanes.push({ request, sentAt: 0, problem: undefined });
    building = undefined;
    return { ...template, method: request.method, path: prefix + request.path };
  };
  const setupClient = (client: Client) => {
    const lane = lanes.at(-1) as Lane;
    clients.push(client);
    const emitter: NodeJS.EventEmitter = client;
    emitter.on('request', () => {
      // What was not answered is not sent again: this is another request.
      if (lane.sentAt > 0 && lane.request) lose(lane, lane.request);
      lane.sentAt = clock.now();
      building = lane.request === undefined ? lane : undefined;
    });
    emitter.on('connError', ({ message }: Error) => {
      lane.problem = message;
    });
    client.on('response', (_status, _bytes, millis) => {
      const { request, sentAt } = lane;
      const endedAt = clock.now();
      lane.request = undefined;
      if (request === undefined) return;
      // After a request that was lost with its connection autocannon counts the next one's time from that one.
      const from = endedAt - Math.min(millis, endedAt - sentAt);
      try {
        tally.record(request, { answer, problem: undefined, isTimedOut: false, sentAt, endedAt }, from);
        if (tally.unserved >= MAX_UNSERVED) stop();
      } catch (error) {
        failure ??= { error };
        stop();
      }
    });
  };
  const onResponse = (status: number, body: string) => {
    answer = { status, body };
  };

  const plan = {
    url,
    connections,
    // The end of the time is below; this bounds what is under way then.
    ...(calls === undefined ? { duration: seconds + timeoutSeconds + 1 } : { amount: calls }),
    timeout: timeoutSeconds,
    sampleInt: LOOK_MS,
    setupClient,
    requests: [{ headers: { 'content-length': '0' }, setupRequest, onResponse }],
  };
  const startedAt = clock.now();
  const running = new Promise<void>((resolve, reject) => {
    instance = autocannon(plan, (error: Error | null) => (error ? reject(error) : resolve()));
  });
  signal.addEventListener('abort', stop, { once: true });
  const ticker = setInterval(() => onProgress(tally.answers, clock.now() - startedAt), PROGRESS_MS);
  const end =
    calls === undefined ? setTimeout(() => clients.forEach(endAfterAnswer), seconds * 1000) : undefined;
  try {
    await running;
  } finally {
    clearTimeout(end);
    clearInterval(ticker);
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  if (failure) throw failure.error;
  for (const lane of lanes) if (lane.request) lose(lane, lane.request);
  return tally.toResult('closed', startedAt, connections);
}

/**
 * Lets a connection end with the answer that it waits for. At the end of its `duration` autocannon cuts off what is under
 * way, whose sheep nobody could account for; a connection that has made its `maxConnectionRequests` waits.
 */
function endAfterAnswer(client: Client): void {
  const counted = client as Client & { responseMax: number | undefined; readonly reqsMade: number };
  counted.responseMax = counted.reqsMade;
}

function refuseWhatItCannotDo({ headersOf, afterAnswer, connect }: LoadOptions): void {
  const asked = Object.entries({ headersOf, afterAnswer, connect }).find(([, given]) => given !== undefined);
  if (asked) throw new RangeError(`the load engine autocannon has no ${asked[0]}`);
}
