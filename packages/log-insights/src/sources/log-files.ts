import { startQuery } from '../evaluate/run.ts';
import { UsageError } from '../usage-error.ts';
import { LOCAL_ACCOUNT } from './log-folder.ts';
import { readLogLines } from './log-lines.ts';
import { ALWAYS, type LogSource } from './log-source.ts';
import { streamChunks, textChunks } from './text-chunks.ts';

/** What the lines of log files do not say themselves. */
export interface LogFilesOptions {
  /** Log group of every line, for `@log`; default: none. */
  readonly group?: string | undefined;
  /** What the file `-` reads; default: standard input. */
  readonly input?: AsyncIterable<Uint8Array> | undefined;
}

/**
 * Files of log lines as people have them: of local-lambda, of `aws logs tail` (detailed and short), of an export to S3, CSV
 * of the console (`timestamp,message`), JSON of `aws logs filter-log-events`, or bare messages. A query reads all of them,
 * whatever groups it names.
 */
export function logFiles(files: readonly string[], options: LogFilesOptions = {}): LogSource {
  const { group, input = process.stdin } = options;
  const log = group === undefined ? null : `${LOCAL_ACCOUNT}:${group}`;
  return {
    async query(text, { window = ALWAYS, now = Date.now(), signal } = {}) {
      const running = startQuery(text, window, now);
      for (const file of files) {
        const chunks =
          file === '-' ? streamChunks(input, 'standard input', signal) : textChunks(file, signal);
        try {
          await readLogLines(chunks, file, log, running);
        } catch (error) {
          throw explain(error, file);
        }
      }
      return running.finish();
    },
    close() {},
  };
}

function explain(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new UsageError(`The log file "${file}" does not exist`);
  if (code === 'EISDIR') return new UsageError(`"${file}" is a folder, not a log file`);
  return error;
}
