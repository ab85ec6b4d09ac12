import type { CallContext } from './context.ts';
import type { BadRow, Columns, Row } from './flock-row.ts';
import type { Objects } from './objects.ts';
import type { Queue } from './queue.ts';
import type { Sheep } from './sheep.ts';

/** One content of one object: the same file written again under its key is the same import. */
export interface FlockFile {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
}

/** Up to where a file is in the shed; always the end of a chunk. */
export interface Position {
  /** Chunks before it. */
  readonly chunk: number;
  readonly byte: number;
  readonly line: number;
  readonly columns: Columns;
}

/** What is known of the import of a file. */
export interface Progress {
  /** Where to go on. @default at the beginning */
  readonly position?: Position | undefined;
  /** When it is complete. */
  readonly counts?: FlockCounts | undefined;
}

/** How many rows became sheep, and how many did not. */
export interface FlockCounts {
  readonly added: number;
  readonly refused: number;
}

/** Some rows of a file, one after the other. */
export interface Chunk {
  /** From 1. */
  readonly number: number;
  /** At most {@link CHUNK_ROWS}, each tattoo once. */
  readonly sheep: readonly Sheep[];
  /** The rows that are none. */
  readonly refused: number;
  /** Those of them that the report shows. */
  readonly bad: readonly BadRow[];
}

/**
 * Rows of a chunk: a transaction of DynamoDB has 100 items, and one is the chunk's receipt. It must not change while
 * an import is under way, because chunks are known by their numbers.
 */
export const CHUNK_ROWS = 99;

/** Brings flocks into the shed, each row once; every implementation passes `test/contracts/flocks.ts`. */
export interface Flocks {
  progress(file: FlockFile): Promise<Progress>;
  /**
   * Adds all sheep of a chunk and keeps its receipt, or changes nothing at all.
   * @returns `added`; `known`: its receipt is there already; or the tattoos that are in the shed already.
   */
  addChunk(file: FlockFile, chunk: Chunk): Promise<'added' | 'known' | readonly bigint[]>;
  /** Keeps up to where all chunks have receipts; an earlier position than the one kept changes nothing. */
  advance(file: FlockFile, position: Position): Promise<void>;
  /** Keeps that the file is complete. */
  finish(file: FlockFile, counts: FlockCounts): Promise<void>;
  /** The receipts of a file in the order of its chunks, some at a time. */
  receipts(file: FlockFile): AsyncIterable<readonly Receipt[]>;
}

/** What a receipt tells of its chunk. */
export interface Receipt {
  readonly added: number;
  readonly refused: number;
  readonly bad: readonly BadRow[];
}

/**
 * Reads CSV row by row (RFC 4180; CRLF, LF or CR; a byte order mark is passed over) in bounded memory; blank lines
 * are no rows.
 * @throws ShedError `INVALID_INPUT` naming the line where no row can be made out.
 */
export type ReadRows = (
  bytes: AsyncIterable<Uint8Array>,
  options: { readonly delimiter: string; readonly firstLine: number },
) => AsyncIterable<Row>;

/** All that imports of flocks work with. */
export interface FlockWorld {
  readonly objects: Objects;
  readonly flocks: Flocks;
  readonly readRows: ReadRows;
  /** Where the events come from: what could not be ended in time goes on there. */
  readonly queue: Queue;
  /** Where files go that no repetition mends. */
  readonly deadLetters: Queue;
}

/** What the function that imports flocks is given besides. */
export type FlockContext = CallContext & {
  readonly flock: FlockWorld;
  /** What separates the fields of a row: one character. */
  readonly csvDelimiter: string;
  /** Chunks on their way at once, from 1. */
  readonly chunksAtOnce: number;
};
