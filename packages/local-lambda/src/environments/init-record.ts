import type { EnvironmentLog } from '../logs/environment-log.ts';
import type { PlatformLines } from '../logs/platform-lines.ts';

/** The init of an environment: its time and its log lines. */
export interface InitRecord {
  /** A process starts. */
  begin(): void;
  /** It has asked for work. @returns how long that took, in ms. */
  done(): number;
  /** @param phase `invoke`: it was repeated within an invocation. */
  failed(phase: 'init' | 'invoke', timedOut: boolean, errorType: string | undefined): void;
  /** Its time, for the one invocation that reports it; undefined after that. */
  take(): number | undefined;
}

/** Makes the record, and writes the first line of the environment's log. */
export function createInitRecord(
  log: EnvironmentLog,
  lines: PlatformLines,
  now: () => number,
  clock: () => number,
): InitRecord {
  let startedAt = clock();
  let ms: number | undefined;
  const write = (line: string | undefined): void => {
    if (line !== undefined) log.platform(now(), line);
  };
  write(lines.initStart());
  return {
    begin: () => {
      startedAt = clock();
    },
    done: () => {
      const took = clock() - startedAt;
      ms = took;
      write(lines.initDone(now(), took));
      return took;
    },
    failed: (phase, timedOut, errorType) => {
      const status = timedOut ? 'timeout' : 'error';
      write(lines.initReport(now(), phase, clock() - startedAt, status, timedOut ? undefined : errorType));
    },
    take: () => {
      const taken = ms;
      ms = undefined;
      return taken;
    },
  };
}
