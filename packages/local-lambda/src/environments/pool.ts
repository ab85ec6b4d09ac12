import { guarded } from '../fault-boundary.ts';
import { createConditions } from './conditions.ts';
import type { Environment } from './environment-options.ts';
import { createIdleEnvironments } from './idle-environments.ts';
import { createInFlight } from './in-flight.ts';
import { hostFault, type Invocation, type InvocationOutcome, throttled } from './invocation.ts';
import type { Pool, PoolOptions } from './pool-options.ts';
import { tellOf } from './queue-events.ts';
import { countStarts } from './starts.ts';
import { allWereBusy, hostWasFull, mayHaveNone, tooManyWait } from './throttling.ts';

/** Requests that wait for a place, at most; one more is throttled at once. */
const MAX_QUEUE = 1_000;
/** `eager-reuse`: so many invocations are in flight at once, and so many environments start for what waits … */
const SOFT_LIMIT = 8;
/** … unless a request has waited this long, in ms. */
const SOFT_WAIT_MS = 25;
/** `eager-reuse`: more than these do not start at once beyond the soft limit: starts slow down those that run. */
const SOFT_STARTS = 2;

interface Queued {
  readonly invocation: Invocation;
  readonly since: number;
}

/** Makes the pool of one function: last-in first-out, started on demand, one invocation at a time each. */
export function createPool(options: PoolOptions): Pool {
  const { definition, gate, clock } = options;
  const eager = options.scaling === 'eager-reuse';
  let max = Math.min(options.maxEnvironments, definition.reservedConcurrency ?? Number.POSITIVE_INFINITY);
  const all = new Set<Environment>();
  const idle = createIdleEnvironments();
  const queue: Queued[] = [];
  const { changed, until } = createConditions();
  const inFlight = createInFlight(changed);
  const tell = tellOf(options);
  let closing = false;
  let successor: Pool | undefined;
  /** Environments that have served: one that others wait for ends no sooner. */
  const served = new WeakSet<Environment>();
  const seat = options.places.join({
    memoryMb: definition.memorySizeMb,
    onPlace: takePlace,
    idleSince: idle.since,
    dropIdle: () => idle.dropOldest('idle'),
  });
  const starts = countStarts(seat);

  const sweep = setInterval(guard(expire), Math.max(10, Math.min(1_000, options.idleMs / 2))).unref();
  let softTimer: NodeJS.Timeout | undefined;

  function guard(action: () => void): () => void {
    return guarded(`the pool of ${definition.name}`, options.onFault, action);
  }

  return {
    invoke: (invocation) => {
      if (closing && successor === undefined) invocation.settle(hostFault('local-lambda is stopping'));
      else serve(invocation);
    },
    warm: () => {
      if (!closing && size() === 0 && max > 0 && seat.take()) start();
    },
    size,
    dropIdle: async () => {
      const dropped = idle.dropAll();
      await until(() => dropped.every((environment) => !all.has(environment)));
    },
    handOver: (next) => {
      successor = next;
      for (const { invocation } of queue.splice(0)) next.invoke(invocation);
      idle.dropAll('closed');
      changed();
    },
    resize: (maxEnvironments) => {
      max = maxEnvironments;
      for (let above = size() - max; above > 0; above -= 1) idle.dropOldest('closed');
      if (max === 0) throttleAll(mayHaveNone(definition.name));
      else if (queue.length > 0) serveQueue();
    },
    close: async (drainMs) => {
      closing = true;
      const cut = guard(() => {
        throttleAll(throttled('host', 'The host is stopping.'));
        for (const environment of all) environment.drop('closed');
      });
      const force = setTimeout(cut, drainMs);
      await until(
        () => inFlight.size() === 0 && starts.size() === 0 && starts.promised() === 0 && queue.length === 0,
      );
      for (const environment of all) environment.drop('closed');
      await until(() => all.size === 0);
      seat.close();
      clearTimeout(force);
      clearInterval(sweep);
      clearTimeout(softTimer);
    },
  };

  function serve(invocation: Invocation): void {
    if (successor !== undefined) successor.invoke(invocation);
    else if (!(eager && inFlight.size() >= SOFT_LIMIT) && handToIdle(invocation)) return;
    else if (!eager && size() < max && queue.length === 0 && seat.take()) {
      tell('invocation-queued', invocation);
      start(invocation);
    } else if (max === 0) throttle(invocation, mayHaveNone(definition.name));
    else if (queue.length >= MAX_QUEUE) {
      throttle(invocation, tooManyWait(definition.name, MAX_QUEUE));
    } else {
      tell('invocation-queued', invocation);
      queue.push({ invocation, since: clock() });
      serveQueue();
    }
  }

  function handToIdle(invocation: Invocation): boolean {
    for (let last = idle.take(); last !== undefined; last = idle.take()) {
      if (hand(last, invocation)) return true;
    }
    return false;
  }

  function size(): number {
    return all.size + starts.size();
  }

  /** Hands over an invocation; false when the environment turns out to be gone. */
  function hand(environment: Environment, invocation: Invocation): boolean {
    const counted = inFlight.enter(invocation);
    served.add(environment);
    if (environment.dispatch(counted)) return true;
    inFlight.leave(counted);
    return false;
  }

  /** Serves an invocation again that an environment died over without having seen it. */
  function giveBack(counted: Invocation): void {
    const again = inFlight.giveBack(counted);
    if (again !== undefined) serve(again);
    changed();
  }

  /** A place on the host has become free. */
  function takePlace(): boolean {
    const isWanted = queue.length > starts.size() - starts.promised() && size() < max;
    if (!isWanted || closing || successor !== undefined) return false;
    start();
    startAsNeeded(0);
    return true;
  }

  /** Starts an environment in a place that was taken; with `own`, the invocation that it is started for and will serve first. */
  function start(own?: Invocation): void {
    const begun = starts.begin(own);
    gate.enter(definition.name, () => {
      // What has waited for its turn to start need not start old code.
      const mine = successor === undefined ? undefined : begun.takeOwn();
      if (mine !== undefined) {
        begun.settle();
        gate.release();
        begun.leavePlace();
        successor?.invoke(mine);
        changed();
        return;
      }
      options
        .start({
          onInitOver: gate.release,
          onAvailable: (environment) => {
            begun.settle();
            all.add(environment);
            if (isTooMuch(environment, !begun.isAwaited())) return tooMany(environment, begun.takeOwn());
            const mine = begun.takeOwn() ?? queue.shift()?.invocation;
            if (mine === undefined) idle.add(environment, clock());
            else if (!hand(environment, mine)) serve(mine);
            if (queue.length > 0) serveQueue();
            changed();
          },
          onUnavailable: idle.forget,
          onGiveBack: giveBack,
          takeForRestart: () => {
            const invocation = begun.takeOwn() ?? queue.shift()?.invocation;
            return invocation && inFlight.enter(invocation);
          },
          onEnded: (environment) => {
            begun.settle();
            all.delete(environment);
            idle.forget(environment);
            begun.leavePlace();
            begun.takeOwn()?.settle(hostFault('the environment ended before it was ready'));
            if (queue.length > 0) serveQueue();
            changed();
          },
        })
        .then((environment) => {
          if (begun.isUnderWay()) all.add(environment);
          begun.settle();
        })
        .catch((error: Error) => {
          begun.settle();
          gate.release();
          begun.leavePlace();
          const own = begun.takeOwn();
          if (own === undefined) options.onFault(`starting ${definition.name}`, error);
          else own.settle(hostFault(error.message));
          changed();
        });
    });
  }

  /** Whether there is no place for an environment any more, or others wait for it. */
  function isTooMuch(environment: Environment, isFree: boolean): boolean {
    return all.size > max || (isFree && served.has(environment) && seat.mustYield());
  }

  /** Ends an environment that there is no place for since the pool was made smaller. */
  function tooMany(environment: Environment, own: Invocation | undefined): void {
    environment.drop('closed');
    if (own !== undefined) serve(own);
    changed();
  }

  /** Gives what waits to idle environments or starts new ones, as far as the policy and the limits allow. */
  function serveQueue(): void {
    for (let oldest = queue[0]; oldest !== undefined; oldest = queue[0]) {
      const rest = eager ? SOFT_WAIT_MS - (clock() - oldest.since) : 0;
      const mayHand = rest <= 0 || inFlight.size() < SOFT_LIMIT;
      queue.shift();
      if (mayHand && handToIdle(oldest.invocation)) continue;
      queue.unshift(oldest);
      startAsNeeded(rest);
      return;
    }
  }

  /** Starts one environment, or looks again when the soft limit ends for what waits. */
  function startAsNeeded(softWaitMs: number): void {
    const few = size() < SOFT_LIMIT;
    if (softWaitMs > 0 && !few) {
      softTimer ??= setTimeout(
        guard(() => {
          softTimer = undefined;
          serveQueue();
        }),
        softWaitMs,
      );
      return;
    }
    const isWanted = size() < max && starts.size() < Math.min(queue.length, few ? SOFT_LIMIT : SOFT_STARTS);
    if (isWanted && seat.take()) start();
  }

  function expire(): void {
    const time = clock();
    for (
      let since = idle.since();
      since !== undefined && time - since >= options.idleMs;
      since = idle.since()
    ) {
      idle.dropOldest('idle');
    }
    while (queue[0] !== undefined && time - queue[0].since >= options.queueTimeoutMs) {
      const waited = queue.shift();
      if (waited !== undefined) throttleLate(waited.invocation);
      changed();
    }
  }

  function throttle(invocation: Invocation, outcome: InvocationOutcome): void {
    tell('invocation-throttled', invocation);
    invocation.settle(outcome);
  }

  function throttleAll(outcome: InvocationOutcome): void {
    for (const { invocation } of queue.splice(0)) throttle(invocation, outcome);
  }

  /** Says what it has waited for. */
  function throttleLate(invocation: Invocation): void {
    const waitedForHost = size() < max && seat.isWaiting();
    const outcome = waitedForHost
      ? hostWasFull(options.places.limits, options.queueTimeoutMs)
      : allWereBusy(definition.name, max, options.queueTimeoutMs);
    throttle(invocation, outcome);
  }
}
