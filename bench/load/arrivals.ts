import { splitmix32, splitmix32At } from '../world/random.ts';

/** How requests of the open model come: at even distances, or at random as from many independent callers. */
export type Arrivals = 'even' | 'poisson';

/** When requests are due. */
export interface ArrivalPlan {
  /** Requests a second, above 0. */
  readonly rate: number;
  readonly arrivals: Arrivals;
  /** Decides the random times; the same seed gives the same ones. */
  readonly seed: number;
  /** How many requests; when absent, as many as fall into `seconds`. */
  readonly calls: number | undefined;
  readonly seconds: number;
}

/** A place in the stream of arrivals, before one of them. */
export interface ArrivalPlace {
  /** Arrivals before it. */
  readonly index: number;
  /** Of the Poisson gaps before it, in units of their mean; 0 at even distances. */
  readonly sum: number;
}

/** The arrivals of a plan that one of several senders takes: those whose number leaves `agent` when divided by `of`. */
export interface ArrivalShare {
  /** Where its part of the stream begins, and the milliseconds from the plan's start where it ends. */
  readonly from: ArrivalPlace;
  readonly untilMs: number;
  readonly agent: number;
  readonly of: number;
}

/** The beginning of every stream of arrivals. */
export const FIRST_ARRIVAL: ArrivalPlace = { index: 0, sum: 0 };

/**
 * The planned times, in milliseconds from the start, ascending. Even ones lie `1000 / rate` apart, the first at
 * 0. Poisson ones have exponentially distributed gaps of that mean, by inversion: `−ln(1 − u) · 1000 / rate`.
 * @param share only the arrivals of one sender: those of all senders together are the whole stream, time by time.
 */
export function* arrivalTimes(plan: ArrivalPlan, share?: ArrivalShare): Generator<number> {
  const { agent = 0, of = 1, untilMs = Infinity } = share ?? {};
  for (const { index, at } of arrivalsFrom(plan, share?.from ?? FIRST_ARRIVAL)) {
    if (at >= untilMs) return;
    if (index % of === agent) yield at;
  }
}

/**
 * Walks over a part of the stream of arrivals.
 * @param untilMs from the plan's start.
 * @returns the place of the first arrival that is not before that time; `isOver` where the plan has no more.
 */
export function skipArrivals(
  plan: ArrivalPlan,
  from: ArrivalPlace,
  untilMs: number,
): { readonly place: ArrivalPlace; readonly isOver: boolean } {
  let place = from;
  for (const { index, at, sum } of arrivalsFrom(plan, from)) {
    if (at >= untilMs) return { place, isOver: false };
    place = { index: index + 1, sum };
  }
  return { place, isOver: true };
}

function* arrivalsFrom({ rate, arrivals, seed, calls, seconds }: ArrivalPlan, from: ArrivalPlace) {
  const random = from.index === 0 ? splitmix32(seed) : splitmix32At(seed, from.index);
  const most = calls ?? Infinity;
  const end = calls === undefined ? seconds * 1000 : Infinity;
  let { sum } = from;
  for (let index = from.index; index < most; index++) {
    if (arrivals === 'poisson') sum += -Math.log(1 - random() / 2 ** 32);
    const at = ((arrivals === 'even' ? index : sum) * 1000) / rate;
    if (at >= end) return;
    yield { index, at, sum };
  }
}
