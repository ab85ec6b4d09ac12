import { closeSync, openSync, readSync } from 'node:fs';
import type { StreamOnDisk, StreamPart } from './groups-on-disk.ts';

/** One event of a stream, with the places in the stream where it begins and ends. */
export interface LogLine {
  readonly timeMs: number;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** A place holds the number of a part and an offset in it, so that removing old parts moves no later place. */
const PART_SIZE = 2 ** 40;
const BLOCK_BYTES = 65_536;
/** `2026-11-21T10:00:00.000Z` and a tab. */
const TIME_BYTES = 25;
const LINE_END = 10;
const TAB = 9;
/** Files are written in the order of time; a clock that is set back by more than this may hide events. */
const SLACK_MS = 60_000;

/** The place behind all that a stream holds. */
export function endOf({ parts }: StreamOnDisk): number {
  const last = parts.at(-1);
  return last === undefined ? 0 : placeOf(last.part, last.bytes);
}

/** The events of a stream from a place on, in their order; a line that is still being written is no event yet. */
export function* linesFrom({ parts }: StreamOnDisk, place: number): Generator<LogLine> {
  for (const part of parts) {
    if (placeOf(part.part, part.bytes) <= place) continue;
    yield* linesOfPart(part, offsetIn(part, place));
  }
}

/** The events of a stream before a place, the latest first. */
export function* linesBefore({ parts }: StreamOnDisk, place: number): Generator<LogLine> {
  for (const part of [...parts].reverse()) {
    if (placeOf(part.part, 0) >= place) continue;
    const end = placeOf(part.part, part.bytes) <= place ? part.bytes : place % PART_SIZE;
    yield* linesBeforeInPart(part, end);
  }
}

/** A place before which no event is as young as a time. */
export function placeOfTime({ parts }: StreamOnDisk, timeMs: number): number {
  for (const part of parts) {
    if (part.modifiedMs < timeMs - SLACK_MS) continue;
    return placeOf(part.part, offsetOfTime(part, timeMs - SLACK_MS));
  }
  return endOf({ name: '', parts });
}

function placeOf(part: number, offset: number): number {
  return part * PART_SIZE + offset;
}

function offsetIn({ part }: StreamPart, place: number): number {
  return Math.floor(place / PART_SIZE) === part ? place % PART_SIZE : 0;
}

function* linesOfPart({ path, part, bytes }: StreamPart, from: number): Generator<LogLine> {
  let rest: Buffer = Buffer.alloc(0);
  for (let offset = from; offset < bytes; ) {
    const block = readBlock(path, offset, Math.min(BLOCK_BYTES, bytes - offset));
    if (block.length === 0) return;
    const content = rest.length === 0 ? block : Buffer.concat([rest, block]);
    const base = offset - rest.length;
    offset += block.length;
    let start = 0;
    for (let end = content.indexOf(LINE_END); end !== -1; end = content.indexOf(LINE_END, start)) {
      const line = lineOf(content.subarray(start, end), placeOf(part, base + start));
      start = end + 1;
      if (line !== undefined) yield line;
    }
    rest = content.subarray(start);
  }
}

function* linesBeforeInPart({ path, part }: StreamPart, end: number): Generator<LogLine> {
  /** What is read and not yet given: it begins at `offset` of the file. */
  let content: Buffer = Buffer.alloc(0);
  for (let offset = end; offset > 0; ) {
    const length = Math.min(BLOCK_BYTES, offset);
    offset -= length;
    const block = readBlock(path, offset, length);
    if (block.length < length) return;
    content = content.length === 0 ? block : Buffer.concat([block, content]);
    // The last byte is the end of the last line, unless that is still being written.
    let stop = content.lastIndexOf(LINE_END);
    while (stop > 0) {
      const before = content.lastIndexOf(LINE_END, stop - 1);
      if (before === -1 && offset > 0) break;
      const line = lineOf(content.subarray(before + 1, stop), placeOf(part, offset + before + 1));
      if (line !== undefined) yield line;
      stop = before;
    }
    content = content.subarray(0, stop + 1);
  }
}

/** A line that does not begin with a time is no event. */
function lineOf(line: Buffer, start: number): LogLine | undefined {
  if (line[TIME_BYTES - 1] !== TAB) return undefined;
  const timeMs = timeAt(line, 0);
  if (Number.isNaN(timeMs)) return undefined;
  const message = line.toString('utf8', TIME_BYTES);
  return { timeMs, message, start, end: start + line.length + 1 };
}

function timeAt(bytes: Buffer, at: number): number {
  return Date.parse(bytes.toString('latin1', at, at + TIME_BYTES - 1));
}

/** Halves the file until what is left fits into a block. */
function offsetOfTime({ path, bytes }: StreamPart, timeMs: number): number {
  let low = 0;
  let high = bytes;
  while (high - low > BLOCK_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const block = readBlock(path, middle, Math.min(BLOCK_BYTES, high - middle));
    const start = block.indexOf(LINE_END) + 1;
    const found = start === 0 ? Number.NaN : timeAt(block, start);
    // A line that fills a block is rare: begin before it.
    if (!(found < timeMs)) high = middle;
    else low = middle + start;
  }
  return low;
}

/** Empty when the file is gone, since pruning may remove it just now. */
function readBlock(path: string, offset: number, length: number): Buffer {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const block = Buffer.allocUnsafe(length);
    return block.subarray(0, readSync(fd, block, 0, length, offset));
  } finally {
    closeSync(fd);
  }
}
