import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of the saved queries. */
export const QUERIES = join(import.meta.dirname, '../../cloudwatch-queries');

/** The saved queries by name. */
export const SAVED_QUERIES: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(QUERIES)
    .sort()
    .map((file) => [file.replace('.logsinsights', ''), readFileSync(join(QUERIES, file), 'utf8')]),
);
