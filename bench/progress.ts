/** Tells a person what the bench is doing; never part of a result. */
export interface Progress {
  /** What goes on now; a step that differs only in its numbers is the same step. */
  step(text: string): void;
  /** A line that stays. */
  line(text: string): void;
  /** Clears what is not to stay. */
  end(): void;
}

/** Where progress goes: one line rewritten on a terminal, elsewhere a line a step. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\x1b[2K';

/** Progress on an output, as `process.stderr`. */
export function progressOn(output: ProgressOutput): Progress {
  const isTerminal = output.isTTY === true;
  const width = output.columns ?? 80;
  let last = '';
  const transient = (text: string) => output.write(`${CLEAR_LINE}${text.slice(0, width - 1)}`);
  return {
    step(text) {
      // Without a terminal a counter at the end of a line would make each tick a line of its own.
      const kind = text.replace(/\d+/g, '');
      if (isTerminal) transient(text);
      else if (kind !== last) output.write(`${text}\n`);
      last = kind;
    },
    line(text) {
      output.write(`${isTerminal ? CLEAR_LINE : ''}${text}\n`);
      last = '';
    },
    end() {
      if (isTerminal) output.write(CLEAR_LINE);
    },
  };
}
