import type { StreamOnDisk } from './groups-on-disk.ts';
import { type LogLine, linesFrom, placeOfTime } from './stream-lines.ts';

/** The place of one event among those of several streams. */
export interface MergedPlace {
  readonly timeMs: number;
  readonly stream: string;
  readonly start: number;
}

interface Head {
  readonly stream: string;
  readonly rest: Iterator<LogLine>;
  line: LogLine;
}

/**
 * The events of streams in the order of time, then of the streams' names.
 * @param fromMs the earliest time.
 * @param after the place behind which they begin, of an earlier page.
 */
export function* mergeLines(
  streams: readonly StreamOnDisk[],
  fromMs: number,
  after: MergedPlace | undefined,
): Generator<{ readonly stream: string; readonly line: LogLine }> {
  const heap: Head[] = [];
  for (const stream of streams) {
    const rest = linesFrom(stream, placeOfTime(stream, fromMs));
    let next = rest.next();
    while (!next.done && (next.value.timeMs < fromMs || !isAfter(stream.name, next.value, after))) {
      next = rest.next();
    }
    if (!next.done) heap.push({ stream: stream.name, rest, line: next.value });
  }
  for (let i = (heap.length >> 1) - 1; i >= 0; i -= 1) sink(heap, i);
  for (let first = heap[0]; first !== undefined; first = heap[0]) {
    yield { stream: first.stream, line: first.line };
    const next = first.rest.next();
    if (!next.done) first.line = next.value;
    else {
      const last = heap.pop();
      if (last !== undefined && last !== first) heap[0] = last;
    }
    sink(heap, 0);
  }
}

function isAfter(stream: string, line: LogLine, place: MergedPlace | undefined): boolean {
  if (place === undefined || line.timeMs !== place.timeMs) return true;
  return stream === place.stream ? line.start > place.start : stream > place.stream;
}

function isBefore(a: Head, b: Head): boolean {
  if (a.line.timeMs !== b.line.timeMs) return a.line.timeMs < b.line.timeMs;
  return a.stream < b.stream;
}

/** Moves a head of a binary heap down to where it belongs. */
function sink(heap: Head[], from: number): void {
  const moved = heap[from];
  if (moved === undefined) return;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    let least = heap[child];
    if (least === undefined) break;
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, least)) {
      child += 1;
      least = right;
    }
    if (!isBefore(least, moved)) break;
    heap[at] = least;
    at = child;
  }
  heap[at] = moved;
}
