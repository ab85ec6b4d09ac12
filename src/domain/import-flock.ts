import { ShedError } from './errors.ts';
import { CHUNK_ROWS, type FlockContext, type FlockCounts, type FlockFile, type Position } from './flock.ts';
import { MAX_REPORTED, REPORT_SUFFIX, renderReport } from './flock-report.ts';
import { type BadRow, type Row, readHeader, readSheep, takenRow } from './flock-row.ts';
import type { ObjectAddress } from './objects.ts';
import type { Sheep } from './sheep.ts';

/** How an import ended, for now. */
export type ImportEnd =
  | ({ readonly kind: 'complete' } & FlockCounts)
  /** No time was left; some of it was done. */
  | { readonly kind: 'paused' }
  /** There is no such object any more. */
  | { readonly kind: 'gone' };

/** Left of a call's time to finish what is on its way: so many ms, or a quarter if that is less. */
const RESERVE_MS = 5000;

/** The position is kept after so many chunks: what a crash makes be tried again. */
const CHUNKS_BETWEEN_POSITIONS = 25;

/**
 * Brings the sheep of a CSV into the shed, from where an earlier call got to.
 * @throws ShedError `INVALID_INPUT` when the file is not the CSV of a flock; rows before that place are in the shed.
 */
export async function importFlock(address: ObjectAddress, context: FlockContext): Promise<ImportEnd> {
  const { objects, flocks } = context.flock;
  const head = await objects.head(address);
  if (head === undefined) return { kind: 'gone' };
  const file: FlockFile = { ...address, etag: head.etag };
  const { position, counts } = await flocks.progress(file);
  if (counts !== undefined) return { kind: 'complete', ...counts };
  const reading = await objects.get(address, { from: position?.byte ?? 0, etag: head.etag });
  // Overwritten in between: the new contents have an event of their own.
  if (reading === undefined) return { kind: 'gone' };
  try {
    if (!(await addRows(file, reading.body, position, context))) return { kind: 'paused' };
  } catch (error) {
    if (error instanceof ShedError && error.code === 'INVALID_INPUT') {
      await report(file, context, error.message);
    }
    throw error;
  }
  const total = await report(file, context);
  await flocks.finish(file, total);
  return { kind: 'complete', ...total };
}

/** A chunk on its way: where the file is when it and all before it are in the shed. */
interface OnItsWay {
  readonly end: Position;
  readonly tattoos: readonly bigint[];
  readonly added: Promise<void>;
}

/** @returns whether the end of the file was reached. */
async function addRows(
  file: FlockFile,
  body: AsyncIterable<Uint8Array>,
  start: Position | undefined,
  context: FlockContext,
): Promise<boolean> {
  const { remainingTimeMs, csvDelimiter: delimiter, chunksAtOnce } = context;
  const { flocks, readRows } = context.flock;
  const reserveMs = Math.min(RESERVE_MS, remainingTimeMs() / 4);
  const onTheirWay: OnItsWay[] = [];
  const tattoosOnTheirWay = new Set<bigint>();
  let position = start;
  let kept = start;
  let columns = start?.columns;
  let chunk = start?.chunk ?? 0;
  let end = start ?? { byte: 0, line: 0 };
  let rows: Row[] = [];
  let shown = 0;

  /** Waits until no more than so many chunks are on their way. */
  async function settle(most: number): Promise<void> {
    while (onTheirWay.length > most) {
      const first = onTheirWay[0] as OnItsWay;
      await first.added;
      onTheirWay.shift();
      for (const tattoo of first.tattoos) tattoosOnTheirWay.delete(tattoo);
      position = first.end;
      if (position.chunk - (kept?.chunk ?? 0) >= CHUNKS_BETWEEN_POSITIONS) await keepPosition();
    }
  }

  async function keepPosition(): Promise<void> {
    if (position === undefined || position === kept) return;
    await flocks.advance(file, position);
    kept = position;
  }

  async function send(): Promise<void> {
    if (columns === undefined || rows.length === 0) return;
    const sheep = new Map<bigint, { readonly line: number; readonly sheep: Sheep }>();
    const bad: BadRow[] = [];
    for (const row of rows) {
      const read = readSheep(row, columns, context.random);
      if (!('tattoo' in read)) bad.push(read);
      else if (sheep.has(read.tattoo)) bad.push(takenRow(row.line, read.tattoo));
      else sheep.set(read.tattoo, { line: row.line, sheep: read });
    }
    const tattoos = [...sheep.keys()];
    // Of two rows with one tattoo the first must win, also where both are on their way.
    if (tattoos.some((tattoo) => tattoosOnTheirWay.has(tattoo))) await settle(0);
    for (const tattoo of tattoos) tattoosOnTheirWay.add(tattoo);
    chunk += 1;
    const added = addChunk(chunk, sheep, bad);
    // Its failure is met in its turn.
    added.catch(() => undefined);
    onTheirWay.push({ end: { chunk, byte: end.byte, line: end.line, columns }, tattoos, added });
    rows = [];
  }

  async function addChunk(
    number: number,
    sheep: Map<bigint, { readonly line: number; readonly sheep: Sheep }>,
    bad: BadRow[],
  ): Promise<void> {
    for (;;) {
      bad.sort((a, b) => a.line - b.line);
      const left = Math.max(0, MAX_REPORTED - shown);
      const outcome = await flocks.addChunk(file, {
        number,
        sheep: [...sheep.values()].map((one) => one.sheep),
        refused: bad.length,
        bad: bad.slice(0, left),
      });
      if (typeof outcome === 'string') {
        shown += Math.min(left, bad.length);
        return;
      }
      for (const tattoo of outcome) {
        bad.push(takenRow(sheep.get(tattoo)?.line ?? 0, tattoo));
        sheep.delete(tattoo);
      }
    }
  }

  try {
    for await (const row of readRows(body, { delimiter, firstLine: end.line })) {
      if (columns === undefined) {
        columns = readHeader(row.fields, delimiter);
      } else {
        rows.push(row);
      }
      end = { byte: (start?.byte ?? 0) + row.bytes, line: row.lines };
      if (rows.length < CHUNK_ROWS) continue;
      await send();
      await settle(chunksAtOnce - 1);
      if (remainingTimeMs() > reserveMs) continue;
      await settle(0);
      await keepPosition();
      return false;
    }
    if (columns === undefined) throw new ShedError('INVALID_INPUT', 'the file must be a CSV; it is empty');
    await send();
    await settle(0);
    await keepPosition();
    return true;
  } catch (error) {
    // What is on its way may still arrive, and what has arrived need not be tried again.
    await Promise.allSettled(onTheirWay.map(({ added }) => added));
    await settle(0).catch(() => undefined);
    await keepPosition().catch(() => undefined);
    throw error;
  }
}

/** Writes the report of a file, if any row was refused, and counts its rows. */
async function report(
  file: FlockFile,
  { flock: { flocks, objects } }: FlockContext,
  end?: string,
): Promise<FlockCounts> {
  let added = 0;
  let refused = 0;
  const rows: BadRow[] = [];
  for await (const page of flocks.receipts(file)) {
    for (const receipt of page) {
      added += receipt.added;
      refused += receipt.refused;
      rows.push(...receipt.bad.slice(0, MAX_REPORTED - rows.length));
    }
  }
  const address = { bucket: file.bucket, key: file.key + REPORT_SUFFIX };
  if (refused === 0 && end === undefined) {
    // One of earlier contents would be taken for this file's.
    if ((await objects.head(address)) !== undefined) await objects.delete(address);
  } else {
    const text = renderReport(rows, refused - rows.length, end);
    await objects.put(address, text, { contentType: 'text/csv; charset=utf-8' });
  }
  return { added, refused };
}
