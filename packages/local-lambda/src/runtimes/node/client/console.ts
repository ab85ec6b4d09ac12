import { writeSync } from 'node:fs';
import { format } from 'node:util';

const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

type Level = keyof typeof LEVELS;

/** Writes one line in the log format of the function. */
export type WriteLog = (level: Level, message: unknown, ...parameters: readonly unknown[]) => void;

/**
 * Makes `console` write as it does on Lambda: `time⇥request id⇥level⇥message`, or JSON where the function's
 * `LogFormat` says so, with the application log level as threshold there.
 */
export function patchConsole(requestId: () => string | undefined): WriteLog {
  const json = process.env['AWS_LAMBDA_LOG_FORMAT'] === 'JSON';
  const threshold = json ? (LEVELS[process.env['AWS_LAMBDA_LOG_LEVEL']?.toLowerCase() as Level] ?? 0) : 0;
  const write: WriteLog = (level, message, ...parameters) => {
    if (LEVELS[level] < threshold) return;
    const time = new Date().toISOString();
    const line = json
      ? jsonLine(time, requestId(), level, message, parameters)
      : `${time}\t${requestId()}\t${level.toUpperCase()}\t${format(message, ...parameters)}`;
    writeLine(line);
  };
  // One pipe for both, so that the log has their lines in the order in which they were written.
  Object.defineProperty(process, 'stderr', { configurable: true, get: () => process.stdout });
  console.log = (message, ...parameters) => write('info', message, ...parameters);
  console.info = (message, ...parameters) => write('info', message, ...parameters);
  console.debug = (message, ...parameters) => write('debug', message, ...parameters);
  console.warn = (message, ...parameters) => write('warn', message, ...parameters);
  console.error = (message, ...parameters) => write('error', message, ...parameters);
  console.trace = (message, ...parameters) => write('trace', message, ...parameters);
  return write;
}

function jsonLine(
  timestamp: string,
  requestId: string | undefined,
  level: Level,
  message: unknown,
  parameters: readonly unknown[],
): string {
  const head = { timestamp, level: level.toUpperCase(), requestId };
  if (parameters.length === 0) {
    try {
      return JSON.stringify({ ...head, message }, errorsAsObjects);
    } catch {
      return JSON.stringify({ ...head, message: format(message) });
    }
  }
  const error = parameters.find((parameter) => parameter instanceof Error);
  return JSON.stringify({
    ...head,
    message: format(message, ...parameters),
    ...(error !== undefined && describe(error)),
  });
}

function errorsAsObjects(_key: string, value: unknown): unknown {
  return value instanceof Error ? { ...describe(value), ...value } : value;
}

function describe(error: Error): object {
  return {
    errorType: error.constructor.name,
    errorMessage: error.message,
    stackTrace: error.stack?.split('\n') ?? [],
  };
}

/** A line is one log event, so its own line breaks become carriage returns, as in AWS's runtime. */
function writeLine(line: string): void {
  const bytes = Buffer.from(`${line.replaceAll('\n', '\r')}\n`);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
  }
}
