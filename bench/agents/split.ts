import type { ArrivalPlace, ArrivalPlan, ArrivalShare } from '../load/arrivals.ts';
import { FIRST_ARRIVAL, skipArrivals } from '../load/arrivals.ts';

/** The share of one of `of` in a whole number: all shares together are exactly it, and differ by 1 at most. @param index from 0. */
export function shareOf(total: number, index: number, of: number): number {
  return Math.floor(((index + 1) * total) / of) - Math.floor((index * total) / of);
}

/** One stretch of an open load, which all agents send together. */
export interface Slice {
  /** Milliseconds from the begin of the load. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Where its part of the stream of arrivals begins. */
  readonly place: ArrivalPlace;
  /** Arrivals in it, of all agents. */
  readonly arrivals: number;
}

/** Cuts the stream of arrivals into slices of some milliseconds, one after the other; those without arrivals are there too. */
export function* slicesOf(plan: ArrivalPlan, sliceMs: number): Generator<Slice> {
  let place = FIRST_ARRIVAL;
  for (let number = 0; ; number++) {
    const [fromMs, untilMs] = [number * sliceMs, (number + 1) * sliceMs];
    const { place: next, isOver } = skipArrivals(plan, place, untilMs);
    const arrivals = next.index - place.index;
    if (arrivals > 0 || !isOver) yield { fromMs, untilMs, place, arrivals };
    if (isOver) return;
    place = next;
  }
}

/** What one agent sends of a slice. */
export function shareOfSlice({ place, untilMs }: Slice, agent: number, of: number): ArrivalShare {
  return { from: place, untilMs, agent, of };
}

/** How many requests are one agent's in a slice. */
export function arrivalsOf({ place, arrivals }: Slice, agent: number, of: number): number {
  const before = (end: number) => Math.floor((end - agent + of - 1) / of);
  return before(place.index + arrivals) - before(place.index);
}
