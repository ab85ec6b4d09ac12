import type { ScheduleDefinition } from '../../deployment-package/schedules.ts';

/** What running schedules need. */
export interface ScheduleRunOptions {
  readonly schedules: readonly ScheduleDefinition[];
  /** When they began, in ms since the epoch; it survives a reload. */
  readonly anchorMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Calls once after `ms`; what it returns forgets that. */
  readonly setTimer: (action: () => void, ms: number) => () => void;
  readonly newId: () => string;
  /** Invokes a function with JSON and does not wait for it. */
  readonly invoke: (functionName: string, payload: string) => void;
}

/** A clock may be set, and a machine may sleep: the time is looked at so often, at least. */
const LONGEST_MS = 30_000;

/**
 * Invokes functions when their schedules are due; a schedule that was due several times while the machine slept is so
 * once.
 * @returns stops that.
 */
export function runSchedules(options: ScheduleRunOptions): () => void {
  const { anchorMs, now } = options;
  const due = new Map<ScheduleDefinition, number | undefined>();
  let forget = (): void => undefined;

  function plan(schedule: ScheduleDefinition, afterMs: number): void {
    const from = Math.max(afterMs, (schedule.startMs ?? 0) - 1);
    const next = schedule.nextAfter(from, schedule.startMs ?? anchorMs);
    due.set(schedule, next !== undefined && next > (schedule.endMs ?? next) ? undefined : next);
  }

  function look(): void {
    const timeMs = now();
    try {
      for (const [schedule, dueMs] of due) {
        if (dueMs === undefined || dueMs > timeMs) continue;
        plan(schedule, timeMs);
        const payload = schedule.payload({ id: options.newId(), timeMs: dueMs });
        options.invoke(schedule.functionName, payload);
      }
    } finally {
      // Whatever one of them throws, the others go on.
      wait();
    }
  }

  function wait(): void {
    const times = [...due.values()].filter((dueMs) => dueMs !== undefined);
    if (times.length === 0) return;
    const ms = Math.min(LONGEST_MS, Math.max(0, Math.min(...times) - now()));
    forget = options.setTimer(look, ms);
  }

  for (const schedule of options.schedules) plan(schedule, now());
  wait();
  return () => forget();
}
