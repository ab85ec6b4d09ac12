import { endLine, reportLine, startLine } from '@sheep-shed/local-lambda/lines';
import { newStreamName, openLogStore } from '@sheep-shed/local-lambda/log-store';
import { jsonLog } from '../adapters/json-log/json-log.ts';
import type { Log } from '../domain/log.ts';
import type { CallEnd } from './calls.ts';

/** Where a host writes what happens: the log groups of this machine, or a stream of lines. */
export interface Records {
  /** The log of one call. */
  readonly logFor: (functionName: string, requestId: string, correlationId: string) => Log;
  readonly started: (functionName: string, requestId: string) => void;
  /** Writes the REPORT of a call that has ended. */
  readonly ended: (end: CallEnd) => void;
  /** Writes what is buffered. */
  close(): void;
}

/** What records say of the process. */
export interface RecordsOptions {
  /** Such as `container`; part of the names of the log groups, `/sheep-shed/container/get-dog`. */
  readonly host: string;
  /** Root of the log groups, or `-`: everything goes to `out`. */
  readonly logs: string;
  /** What the process may use, in MB. */
  readonly memorySizeMb: number;
  /** From the start of the process until it was ready, in ms; stands in the first REPORT. */
  readonly initMs: () => number;
  /** Its largest resident set so far, in MB. */
  readonly peakMb: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly out: (line: string) => void;
}

/** Opens the records of a host, in the form in which Lambda leaves them. */
export function openRecords(options: RecordsOptions): Records {
  const { host, logs, memorySizeMb, now, out } = options;
  const store =
    logs === '-'
      ? undefined
      : openLogStore(logs, (stream, { message }) => out(`log lines are lost: ${stream}: ${message}`));
  const streams = new Map<string, (line: string) => void>();
  let isFirst = true;

  function writerOf(functionName: string): (line: string) => void {
    const known = streams.get(functionName);
    if (known !== undefined) return known;
    const stream = store?.openStream(`/sheep-shed/${host}/${functionName}`, newStreamName());
    const writer = stream === undefined ? out : (line: string) => stream.write(now(), line);
    streams.set(functionName, writer);
    return writer;
  }

  return {
    logFor: (functionName, ...ids) => jsonLog(writerOf(functionName))(...ids),
    started: (functionName, requestId) => writerOf(functionName)(startLine(requestId)),
    ended: ({ functionName, requestId, durationMs, outcome, errorType }) => {
      const write = writerOf(functionName);
      write(endLine(requestId));
      write(
        reportLine({
          requestId,
          durationMs,
          initMs: isFirst ? options.initMs() : undefined,
          memorySizeMb,
          maxMemoryUsedMb: options.peakMb(),
          ...(outcome !== 'success' && { status: outcome }),
          ...(errorType !== undefined && { errorType }),
        }),
      );
      isFirst = false;
    },
    close: () => store?.close(),
  };
}
