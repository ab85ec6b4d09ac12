import { mkdir } from 'node:fs/promises';
import {
  createSegment,
  lineOf,
  listSegments,
  readSegment,
  removeSegments,
  type Segment,
} from './segments.ts';

/** Entries that survive the process, each written before it counts. */
export interface Journal<Entry> {
  /** Those that are there, in the order in which they came. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Adds an entry; when it resolves, the entry survives. @throws the file system's errors: then it is not there. */
  put(id: string, entry: Entry): Promise<void>;
  /** Changes members of an entry; written with what comes next, at the latest after a moment. */
  change(id: string, members: Partial<Entry>): void;
  /** Removes an entry; written like a change. */
  remove(id: string): void;
  /** Writes what is not yet written. */
  close(): Promise<void>;
}

/** How entries become JSON and back. */
export interface EntryFormat<Entry> {
  readonly encode: (entry: Partial<Entry>) => object;
  /** @throws Error when it is no entry. */
  readonly decode: (value: object) => Entry;
  /** About how many bytes an entry takes in the file. */
  readonly sizeOf: (entry: Entry) => number;
}

type JournalRecord =
  | { readonly id: string; readonly put: object }
  | { readonly id: string; readonly change: object }
  | { readonly id: string; readonly gone: true };

interface Waiting {
  readonly line: string;
  readonly done: ((error: Error | undefined) => void) | undefined;
}

/** A segment is followed by another one; what is dead in all of them may be this much, and three times what lives. */
const SEGMENT_BYTES = 16_777_216;
const DEAD_FACTOR = 4;
/** Entries that are written at once when all that lives is written anew. */
const COPY_BYTES = 1_048_576;
/** Changes and removals wait so long for something to be written with. */
const LAZY_MS = 50;

/**
 * Opens the journal in a folder, which is made when it is not there: `00000001.log` and so on, each line a checksum and
 * a record. What comes while the disk is busy is written together and synchronised once. What lives is written anew
 * into a fresh segment at the start and when little of the segments lives, and the older ones go.
 * @param onNotice hears of records that are damaged, and of a disk that refuses changes.
 */
export async function openJournal<Entry extends object>(
  folder: string,
  { encode, decode, sizeOf }: EntryFormat<Entry>,
  onNotice: (message: string) => void,
): Promise<Journal<Entry>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const entries = new Map<string, Entry>();
  let waiting: Waiting[] = [];
  let older = await listSegments(folder);
  let lastNumber = older.at(-1) ?? 0;
  let segment: Segment | undefined;
  let olderBytes = 0;
  let liveBytes = 0;
  let writing: Promise<void> | undefined;
  let lazy: NodeJS.Timeout | undefined;

  for (const number of older) {
    for (const record of await readSegment(folder, number, onNotice)) apply(record as JournalRecord);
  }
  if (older.length > 0) await rewrite();

  function apply(record: JournalRecord): void {
    if ('put' in record) set(record.id, decode(record.put));
    else if ('gone' in record) unset(record.id);
    else {
      const entry = entries.get(record.id);
      if (entry !== undefined) set(record.id, decode({ ...encode(entry), ...record.change }));
    }
  }

  function set(id: string, entry: Entry): void {
    const before = entries.get(id);
    liveBytes += sizeOf(entry) - (before === undefined ? 0 : sizeOf(before));
    entries.set(id, entry);
  }

  function unset(id: string): void {
    const entry = entries.get(id);
    if (entry === undefined) return;
    liveBytes -= sizeOf(entry);
    entries.delete(id);
  }

  async function nextSegment(): Promise<Segment> {
    if (segment !== undefined) {
      older.push(lastNumber);
      olderBytes += segment.bytes;
      const full = segment;
      segment = undefined;
      await full.close();
    }
    lastNumber += 1;
    segment = await createSegment(folder, lastNumber);
    return segment;
  }

  /** Writes all that lives into new segments, and removes those of before. */
  async function rewrite(): Promise<void> {
    let target = await nextSegment();
    const dead = older;
    older = [];
    olderBytes = 0;
    let lines: string[] = [];
    let bytes = 0;
    for (const [id, entry] of entries) {
      const line = lineOf({ id, put: encode(entry) });
      lines.push(line);
      bytes += line.length;
      if (bytes < COPY_BYTES) continue;
      await target.append(lines);
      lines = [];
      bytes = 0;
      if (target.bytes > SEGMENT_BYTES) target = await nextSegment();
    }
    if (lines.length > 0) await target.append(lines);
    await removeSegments(folder, dead);
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const error = await write(batch.map(({ line }) => line));
      for (const { done } of batch) done?.(error);
      if (error !== undefined && batch.some(({ done }) => done === undefined)) {
        onNotice(`state: what became of events cannot be written: ${error.message}; they may run again`);
      }
    }
    // In this turn: what comes in the next one begins anew.
    writing = undefined;
  }

  async function write(lines: readonly string[]): Promise<Error | undefined> {
    try {
      const target = segment === undefined || segment.bytes > SEGMENT_BYTES ? await nextSegment() : segment;
      await target.append(lines);
    } catch (error) {
      // What the disk took of it ends with this segment.
      await segment?.close().catch(() => undefined);
      if (segment !== undefined) older.push(lastNumber);
      segment = undefined;
      return error as Error;
    }
    const isMostlyDead = olderBytes > SEGMENT_BYTES && olderBytes > DEAD_FACTOR * liveBytes;
    if (isMostlyDead) await rewrite().catch((error) => onNotice(`state: ${(error as Error).message}`));
    return undefined;
  }

  function flush(): Promise<void> {
    clearTimeout(lazy);
    lazy = undefined;
    if (writing === undefined && waiting.length > 0) writing = writeAll();
    return writing ?? Promise.resolve();
  }

  function addLazily(record: JournalRecord): void {
    waiting.push({ line: lineOf(record), done: undefined });
    if (writing === undefined) lazy ??= setTimeout(flush, LAZY_MS);
  }

  return {
    entries,
    put: (id, entry) =>
      new Promise((resolve, reject) => {
        const before = entries.get(id);
        set(id, entry);
        const done = (error: Error | undefined): void => {
          if (error === undefined) {
            resolve();
            return;
          }
          if (before === undefined) unset(id);
          else set(id, before);
          reject(error);
        };
        waiting.push({ line: lineOf({ id, put: encode(entry) }), done });
        void flush();
      }),
    change: (id, members) => {
      const entry = entries.get(id);
      if (entry === undefined) return;
      set(id, { ...entry, ...members });
      addLazily({ id, change: encode(members) });
    },
    remove: (id) => {
      if (!entries.has(id)) return;
      unset(id);
      addLazily({ id, gone: true });
    },
    close: async () => {
      await flush();
      await segment?.close();
      segment = undefined;
    },
  };
}
