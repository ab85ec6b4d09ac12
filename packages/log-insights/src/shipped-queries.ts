import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closest } from './language/query-error.ts';
import { UsageError } from './usage-error.ts';

/** Folder of the shipped queries. */
export const QUERIES_FOLDER = join(import.meta.dirname, '..', '..', '..', 'cloudwatch-queries');
const SUFFIX = '.logsinsights';
/** Largest query file that is read, in characters; CloudWatch itself accepts 10 000. */
const MAX_FILE = 1_000_000;

/** A shipped query: its name, the question of its first line, and its text. */
export interface ShippedQuery {
  readonly name: string;
  readonly question: string;
  readonly text: string;
}

/** Reads all shipped queries, by name. */
export async function listShippedQueries(folder: string = QUERIES_FOLDER): Promise<readonly ShippedQuery[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(SUFFIX)).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8');
      return {
        name: file.slice(0, -SUFFIX.length),
        question: text.split('\n', 1)[0]?.replace(/^#\s*/, '') ?? '',
        text,
      };
    }),
  );
}

/** Finds the text of a query by the name of a shipped query or the path of a file; throws a UsageError. */
export async function loadQuery(name: string): Promise<string> {
  const shipped = await listShippedQueries();
  const found = shipped.find((query) => query.name === name);
  if (found !== undefined) return found.text;
  try {
    const text = await readFile(name, 'utf8');
    if (text.length <= MAX_FILE) return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const names = shipped.map((query) => query.name);
    const near = closest(name, names);
    const hint = near === undefined ? `shipped are ${names.join(', ')}` : `did you mean ${near}?`;
    throw new UsageError(`The query "${name}" is neither a shipped query nor a file; ${hint}`);
  }
  throw new UsageError(`The file "${name}" is too large for a query: at most ${MAX_FILE} characters`);
}
