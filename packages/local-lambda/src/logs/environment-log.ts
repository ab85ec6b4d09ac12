import type { LogStream } from './log-store.ts';

/** What one environment writes: its own output and the lines that Lambda writes about it, in their order. */
export interface EnvironmentLog {
  /** A line of Lambda's; it stands after all output that the process had written before. */
  platform(timeMs: number, message: string): void;
  /** A piece of the process's stdout or stderr. */
  output(source: 'stdout' | 'stderr', chunk: Buffer): void;
  /** Runs a function after all lines so far. */
  after(action: () => void): void;
  /** Says that a line about what is already answered is still to come; `written` says that it came. */
  expect(): void;
  written(): void;
  close(): void;
}

/** An event holds at most 1 MiB on CloudWatch; a longer line becomes several events. */
const MAX_EVENT_CHARACTERS = 1_000_000;

/**
 * Merges an environment's output with Lambda's own lines.
 *
 * A process writes its output before its response, but the host may read the response first. Both are ready in
 * the same poll of the event loop, so lines about an invocation wait until that poll is over (`setImmediate`).
 * A last line without line break is written when Lambda's next line comes.
 */
export function openEnvironmentLog(
  stream: LogStream,
  now: () => number,
  onOutput?: (line: string) => void,
): EnvironmentLog {
  const partial = { stdout: '', stderr: '' };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let waiting: (() => void)[] = [];
  let lastTimeMs = 0;

  const write = (timeMs: number, message: string): void => {
    lastTimeMs = Math.max(lastTimeMs, timeMs);
    stream.write(lastTimeMs, message);
    onOutput?.(message);
  };
  const flushPartial = (source: 'stdout' | 'stderr'): void => {
    if (partial[source] === '') return;
    write(now(), partial[source]);
    partial[source] = '';
  };
  const run = (): void => {
    const actions = waiting;
    waiting = [];
    flushPartial('stdout');
    flushPartial('stderr');
    for (const action of actions) action();
  };
  const after = (action: () => void): void => {
    if (waiting.length === 0) setImmediate(run);
    waiting.push(action);
  };

  return {
    after,
    expect: stream.expect,
    written: stream.written,
    platform: (timeMs, message) =>
      after(() => {
        // Output that came before may have been read a moment after the event itself.
        lastTimeMs = Math.max(lastTimeMs, timeMs);
        stream.write(lastTimeMs, message);
      }),
    output: (source, chunk) => {
      const text = partial[source] + decoders[source].decode(chunk, { stream: true });
      const timeMs = now();
      let from = 0;
      for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
        writePieces(write, timeMs, text.slice(from, to));
        from = to + 1;
      }
      partial[source] = text.slice(from);
      if (partial[source].length >= MAX_EVENT_CHARACTERS) flushPartial(source);
    },
    close: () => {
      run();
      stream.close();
    },
  };
}

function writePieces(write: (timeMs: number, message: string) => void, timeMs: number, line: string): void {
  if (line.length <= MAX_EVENT_CHARACTERS) {
    write(timeMs, line);
    return;
  }
  for (let at = 0; at < line.length; at += MAX_EVENT_CHARACTERS) {
    write(timeMs, line.slice(at, at + MAX_EVENT_CHARACTERS));
  }
}
