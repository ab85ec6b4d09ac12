import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { lockFolder } from './lock.ts';

/** A folder in which a host keeps what must outlive it: documents in rooms, each a file of its own. */
export interface StateFolder {
  /** Its path; a room is a folder in it. */
  readonly path: string;
  /**
   * Reads the documents of a room by their names.
   * @throws LocalLambdaError naming the file that is broken, or of a format that this version does not know.
   */
  readAll(room: string): Promise<ReadonlyMap<string, unknown>>;
  /**
   * Writes a document as JSON; when it resolves, the document survives `kill -9` and, with `durable`, the loss of
   * power. Until then the one before is there, whole.
   * @param name letters, digits, `-`, `_`, `.` and `$`.
   */
  write(room: string, name: string, value: unknown): Promise<void>;
  /** Removes a document, as durably; one that is not there is no error. */
  remove(room: string, name: string): Promise<void>;
  /** Writes a file of bytes, as durably, and says where it is. */
  writeBytes(room: string, name: string, bytes: Uint8Array): Promise<string>;
  /** Removes a file of bytes; one that is not there is no error. */
  removeBytes(room: string, name: string): Promise<void>;
  /** Waits for what is being written and lets another host have the folder. */
  close(): Promise<void>;
}

/** Of the documents; one that is higher was written by a later version of local-lambda. */
const FORMAT = 1;
const NAME = /^[\w$-][\w.$-]{0,250}$/;
const TEMPORARY = '.tmp';

/**
 * Opens a folder of state, which is made when it is not there.
 * @param durable whether a write waits until it is on the disk (fsync).
 * @throws LocalLambdaError when it cannot be written to, or another host has it open.
 */
export async function openStateFolder(path: string, durable: boolean): Promise<StateFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: Error) => {
    throw new LocalLambdaError(`state: ${path} cannot be written to (${cause.message})`, { cause });
  });
  const unlock = await lockFolder(path);
  /** The last thing that was begun with each file: one after the other, or an older document could win. */
  const pending = new Map<string, Promise<unknown>>();

  function inTurn<T>(file: string, action: () => Promise<T>): Promise<T> {
    const done = (pending.get(file) ?? Promise.resolve()).then(action, action);
    pending.set(file, done);
    const forget = (): void => {
      if (pending.get(file) === done) pending.delete(file);
    };
    done.then(forget, forget);
    return done;
  }

  async function syncFolder(folder: string): Promise<void> {
    if (!durable) return;
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async function replace(room: string, file: string, content: string | Uint8Array): Promise<string> {
    const folder = join(path, room);
    const target = join(folder, file);
    const temporary = join(folder, `${randomUUID()}${TEMPORARY}`);
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(path);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      if (durable) await handle.sync();
      await handle.close();
      await rename(temporary, target);
    } catch (error) {
      await handle.close().catch(() => undefined);
      await unlink(temporary).catch(() => undefined);
      throw error;
    }
    await syncFolder(folder);
    return target;
  }

  async function removeFile(room: string, file: string): Promise<void> {
    await rm(join(path, room, file), { force: true });
    await syncFolder(join(path, room)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }

  return {
    path,
    readAll: async (room) => {
      const folder = join(path, room);
      const documents = new Map<string, unknown>();
      for (const file of (await readdir(folder).catch(() => [] as string[])).sort()) {
        // What was being written when a host was killed has never been answered.
        if (file.endsWith(TEMPORARY)) await unlink(join(folder, file));
        else if (file.endsWith('.json')) {
          const text = await readFile(join(folder, file), 'utf8');
          documents.set(file.slice(0, -'.json'.length), readDocument(text, join(folder, file)));
        }
      }
      return documents;
    },
    write: (room, name, value) => {
      const file = `${checked(name)}.json`;
      const content = `${JSON.stringify({ format: FORMAT, value }, undefined, 1)}\n`;
      return inTurn(join(room, file), async () => void (await replace(room, file, content)));
    },
    remove: (room, name) => {
      const file = `${checked(name)}.json`;
      return inTurn(join(room, file), () => removeFile(room, file));
    },
    writeBytes: (room, name, bytes) => inTurn(join(room, checked(name)), () => replace(room, name, bytes)),
    removeBytes: (room, name) => inTurn(join(room, checked(name)), () => removeFile(room, name)),
    close: async () => {
      await Promise.allSettled(pending.values());
      await unlock();
    },
  };
}

function checked(name: string): string {
  if (NAME.test(name)) return name;
  throw new Error(`the name of a document must be letters, digits, -, _, . or $, is ${JSON.stringify(name)}`);
}

function readDocument(text: string, file: string): unknown {
  const broken = (reason: string, cause?: unknown): LocalLambdaError =>
    new LocalLambdaError(
      `state: ${file} ${reason}; nothing is dropped by itself: mend it, or move it away to go on without it`,
      { cause },
    );
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw broken(`is no JSON (${(cause as Error).message})`, cause);
  }
  const { format, value } = Object(document) as { format?: unknown; value?: unknown };
  if (format === FORMAT && value !== undefined) return value;
  if (typeof format !== 'number') throw broken('has no format and value');
  throw broken(`has the format ${format}, and this version of local-lambda reads ${FORMAT}`);
}
