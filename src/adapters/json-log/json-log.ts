import type { Log } from '../../domain/log.ts';

/**
 * Logs of one JSON object a line, so that no value can forge a record.
 * @param write receives each line without its line end.
 * @returns makes the log of one call, whose records carry its request id, and its correlation id where that differs.
 */
export function jsonLog(write: (line: string) => void): (requestId: string, correlationId?: string) => Log {
  return (requestId, correlationId = requestId) => {
    const ids = correlationId === requestId ? { requestId } : { requestId, correlationId };
    const record = (level: string, message: string, fields?: Readonly<Record<string, unknown>>) =>
      write(JSON.stringify({ level, message, ...ids, ...fields }, explain));
    return {
      warn: (message, fields) => record('WARN', message, fields),
      error: (message, fields) => record('ERROR', message, fields),
    };
  };
}

/** {@link jsonLog} on standard output, which every host of ours collects. */
export const stdoutLog = jsonLog((line) => process.stdout.write(`${line}\n`));

function explain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  // Own fields too: the SDK says there which service answered what, and how often it was tried.
  return { ...value, name, message, stack, ...(cause === undefined ? {} : { cause }) };
}
