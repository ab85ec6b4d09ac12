import { endLine, type Report, reportLine, startLine } from '@sheep-shed/local-lambda/lines';
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

/** Where the lines of one function go. */
interface Stream {
  readonly write: (line: string) => void;
  readonly logFor: (requestId: string, correlationId?: string) => Log;
}

const PEAK_EVERY_MS = 100;

/** Opens the records of a host, in the form in which Lambda leaves them. */
export function openRecords(options: RecordsOptions): Records {
  const { host, logs, memorySizeMb, now, out } = options;
  const store =
    logs === '-'
      ? undefined
      : openLogStore(logs, (stream, { message }) => out(`log lines are lost: ${stream}: ${message}`));
  const streams = new Map<string, Stream>();
  let isFirst = true;
  let peakMb = 0;
  let peakReadAtMs = Number.NEGATIVE_INFINITY;

  function streamOf(functionName: string): Stream {
    const known = streams.get(functionName);
    if (known !== undefined) return known;
    const stream = store?.openStream(`/sheep-shed/${host}/${functionName}`, newStreamName());
    const write = stream === undefined ? out : (line: string) => stream.write(now(), line);
    const opened = { write, logFor: jsonLog(write) };
    streams.set(functionName, opened);
    return opened;
  }

  /** Asked for at most ten times a second: the system takes longer to tell than a short call takes. */
  function peakOf(nowMs: number): number {
    if (Math.abs(nowMs - peakReadAtMs) < PEAK_EVERY_MS) return peakMb;
    peakReadAtMs = nowMs;
    peakMb = options.peakMb();
    return peakMb;
  }

  return {
    logFor: (functionName, ...ids) => streamOf(functionName).logFor(...ids),
    started: (functionName, requestId) => streamOf(functionName).write(startLine(requestId)),
    ended: ({ functionName, requestId, durationMs, outcome, errorType }) => {
      const { write } = streamOf(functionName);
      write(endLine(requestId));
      const report: Report = {
        requestId,
        durationMs,
        initMs: isFirst ? options.initMs() : undefined,
        memorySizeMb,
        maxMemoryUsedMb: peakOf(now()),
      };
      const failed = outcome === 'success' ? undefined : { status: outcome, ...(errorType && { errorType }) };
      write(reportLine(failed === undefined ? report : { ...report, ...failed }));
      isFirst = false;
    },
    close: () => store?.close(),
  };
}
