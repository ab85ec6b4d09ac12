/** Tells a person what the bench is doing; never part of a result. */
export interface Progress {
  /** What goes on now; replaced by the next. */
  step(text: string): void;
  /** A line that stays. */
  line(text: string): void;
  /** Clears what is not to stay. */
  end(): void;
}

/** Where progress goes: one line rewritten on a terminal, elsewhere a line now and then. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\x1b[2K';
/** Without a terminal a step gets a line when none was written for so long. */
const PLAIN_INTERVAL_MS = 10_000;

/** Progress on an output, as `process.stderr`. @param steadyNow milliseconds of a clock that never jumps. */
export function progressOn(output: ProgressOutput, steadyNow: () => number): Progress {
  const isTerminal = output.isTTY === true;
  const width = output.columns ?? 80;
  let writtenAt = Number.NEGATIVE_INFINITY;
  return {
    step(text) {
      if (isTerminal) {
        output.write(`${CLEAR_LINE}${text.slice(0, width - 1)}`);
      } else if (steadyNow() - writtenAt >= PLAIN_INTERVAL_MS) {
        writtenAt = steadyNow();
        output.write(`${text}\n`);
      }
    },
    line(text) {
      writtenAt = steadyNow();
      output.write(`${isTerminal ? CLEAR_LINE : ''}${text}\n`);
    },
    end() {
      if (isTerminal) output.write(CLEAR_LINE);
    },
  };
}

/** Progress whose steps tell the time that is left. */
export function withTimeLeft(progress: Progress, secondsLeft: () => number): Progress {
  return { ...progress, step: (text) => progress.step(`${text} · ${sayDuration(secondsLeft())} left`) };
}

/** A duration as a person says it, such as `about 40 s` or `about 3 min`. */
export function sayDuration(seconds: number): string {
  if (seconds < 1) return 'a moment';
  return seconds < 100 ? `about ${Math.ceil(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}
