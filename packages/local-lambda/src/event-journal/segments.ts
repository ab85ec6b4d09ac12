import { mkdir, open, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** A file that records are added to. */
export interface Segment {
  readonly bytes: number;
  /** Writes records; when it resolves they survive the loss of power. @throws the file system's errors. */
  append(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const SEGMENT = /^(\d{8})\.log$/;
const CHECKSUM_DIGITS = 8;
const DAMAGED = 'damaged';

/** A line of a segment: the checksum of a record's JSON, and the record. */
export function lineOf(record: object): string {
  const json = JSON.stringify(record);
  return `${checksumOf(json)} ${json}\n`;
}

/** The numbers of the segments of a folder, in their order. */
export async function listSegments(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .map((name) => Number(SEGMENT.exec(name)?.[1] ?? 0))
    .filter((number) => number > 0)
    .sort((a, b) => a - b);
}

/** Makes a segment, which must not be there. */
export async function createSegment(folder: string, number: number): Promise<Segment> {
  const handle = await open(pathOf(folder, number), 'ax', 0o600);
  await syncFolder(folder);
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    append: async (lines) => {
      const content = Buffer.from(lines.join(''));
      bytes += content.length;
      await handle.appendFile(content);
      await handle.datasync();
    },
    close: () => handle.close(),
  };
}

/** Removes segments, the oldest first: what is left always begins with the older part of a whole. */
export async function removeSegments(folder: string, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await unlink(pathOf(folder, number));
  if (numbers.length > 0) await syncFolder(folder);
}

/**
 * Reads the records of a segment. What is damaged is kept aside, in the folder `damaged`; a last line that was never
 * finished was never answered either, and is left out.
 * @param onDamaged hears what is damaged, and where it lies now.
 */
export async function readSegment(
  folder: string,
  number: number,
  onDamaged: (notice: string) => void,
): Promise<unknown[]> {
  const content = await readFile(pathOf(folder, number));
  const records: unknown[] = [];
  for (let start = 0; start < content.length; ) {
    const end = content.indexOf('\n', start);
    if (end === -1) break;
    const line = content.subarray(start, end);
    const record = recordOf(line.toString('utf8'));
    if (record !== undefined) records.push(record);
    else {
      const name = `${nameOf(number)}-${start}`;
      await mkdir(join(folder, DAMAGED), { recursive: true, mode: 0o700 });
      await writeFile(join(folder, DAMAGED, name), line, { mode: 0o600 });
      onDamaged(
        `state: the record at byte ${start} of ${pathOf(folder, number)} is damaged; it lies in ${join(folder, DAMAGED, name)} now`,
      );
    }
    start = end + 1;
  }
  return records;
}

function recordOf(line: string): unknown {
  const json = line.slice(CHECKSUM_DIGITS + 1);
  if (line.slice(0, CHECKSUM_DIGITS) !== checksumOf(json)) return undefined;
  return JSON.parse(json);
}

function checksumOf(json: string): string {
  return crc32(json).toString(16).padStart(CHECKSUM_DIGITS, '0');
}

function nameOf(number: number): string {
  return String(number).padStart(8, '0');
}

function pathOf(folder: string, number: number): string {
  return join(folder, `${nameOf(number)}.log`);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
