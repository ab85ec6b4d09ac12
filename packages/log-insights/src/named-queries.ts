import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closest } from './language/query-error.ts';
import { UsageError } from './usage-error.ts';

/** Folder of the named queries, unless another is given. */
export const DEFAULT_QUERIES_FOLDER = 'cloudwatch-queries';
const SUFFIX = '.logsinsights';
/** Largest query file that is read, in characters; CloudWatch itself accepts 10 000. */
const MAX_FILE = 1_000_000;

/** A query file of a folder: its name without `.logsinsights`, the comment of its first line, and its text. */
export interface NamedQuery {
  readonly name: string;
  readonly question: string;
  readonly text: string;
}

/**
 * Reads the query files of a folder, by name; without a folder given, those of the default one, or none.
 * @throws UsageError for a folder that does not exist.
 */
export async function listQueries(folder: string | undefined): Promise<readonly NamedQuery[]> {
  const place = folder ?? DEFAULT_QUERIES_FOLDER;
  const files = (await filesOf(place, folder !== undefined)).filter((file) => file.endsWith(SUFFIX)).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(place, file), 'utf8');
      const question = text.split('\n', 1)[0]?.replace(/^#\s*/, '').trim() ?? '';
      return { name: file.slice(0, -SUFFIX.length), question, text };
    }),
  );
}

/**
 * Finds the text of a query by its name in a folder, or by the path of a file.
 * @throws UsageError that says what there is instead.
 */
export async function loadQuery(name: string, folder: string | undefined): Promise<string> {
  const named = await listQueries(folder);
  const found = named.find((query) => query.name === name);
  if (found !== undefined) return found.text;
  let text: string;
  try {
    text = await readFile(name, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') throw new UsageError(`"${name}" is a folder, not a query`);
    if (code !== 'ENOENT') throw error;
    throw unknownQuery(name, named, folder ?? DEFAULT_QUERIES_FOLDER);
  }
  if (text.length <= MAX_FILE) return text;
  throw new UsageError(`The file "${name}" is too large for a query: at most ${MAX_FILE} characters`);
}

function unknownQuery(name: string, named: readonly NamedQuery[], folder: string): UsageError {
  const names = named.map((query) => query.name);
  const near = closest(name, names);
  if (near !== undefined) return new UsageError(`No query or file "${name}"; did you mean ${near}?`);
  const there = names.length === 0 ? `${folder} holds no queries` : `${folder} holds ${names.join(', ')}`;
  return new UsageError(`No query or file "${name}"; ${there}. A query itself goes after -q`);
}

async function filesOf(folder: string, isRequired: boolean): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    if (!isRequired) return [];
    throw new UsageError(`--queries "${folder}" is not a folder`);
  }
}
