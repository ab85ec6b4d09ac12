import { readFile } from 'node:fs/promises';
import type { Window } from './evaluate/run.ts';
import { UsageError } from './usage-error.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const RELATIVE = /^-(\d{1,6})([smhdw])$/;
const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Resolves `--from` and `--to` to milliseconds since the epoch; each is an ISO time (UTC without zone), a time before
 * `now` such as -1h, or, for `--from`, a JSON file such as a result of a bench, whose window also gives the end. Throws a UsageError.
 */
export async function resolveWindow(
  from: string | undefined,
  to: string | undefined,
  now: number,
): Promise<Window> {
  if (from?.endsWith('.json')) {
    const window = windowOf(await readResult(from), from);
    return check({ from: window.from, to: to === undefined ? window.to : parseTime('--to', to, now) });
  }
  return check({
    from: from === undefined ? Number.NEGATIVE_INFINITY : parseTime('--from', from, now),
    to: to === undefined ? Number.POSITIVE_INFINITY : parseTime('--to', to, now),
  });
}

function parseTime(option: string, value: string, now: number): number {
  if (value === 'now') return now;
  const [, count, unit] = RELATIVE.exec(value) ?? [];
  if (count !== undefined && unit !== undefined) return now - Number(count) * (UNITS[unit] ?? 0);
  const hasZone = /(?:Z|[+-]\d\d:\d\d)$/.test(value) || !value.includes('T');
  const time = ISO.test(value) ? Date.parse(hasZone ? value : `${value}Z`) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  const files = option === '--from' ? ' or a .json file with a window' : '';
  throw new UsageError(
    `${option} "${value}" is not a time: use 2026-11-21T10:00:00Z, -30m, -1h, -2d, now${files}`,
  );
}

function check(window: Window): Window {
  if (window.from <= window.to) return window;
  const [from, to] = [window.from, window.to].map((time) => new Date(time).toISOString());
  throw new UsageError(`--from ${from} lies after --to ${to}: the window must not end before it begins`);
}

async function readResult(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `--from "${path}" cannot be read as JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function windowOf(result: unknown, path: string): Window {
  const record = (typeof result === 'object' && result !== null ? result : {}) as Readonly<
    Record<string, unknown>
  >;
  const inner = record['window'];
  const window = (typeof inner === 'object' && inner !== null ? inner : record) as Readonly<
    Record<string, unknown>
  >;
  const from = timeOf(window['from'] ?? window['startedAt']);
  const to = timeOf(window['to'] ?? window['finishedAt']);
  if (from === undefined || to === undefined) {
    throw new UsageError(
      `--from "${path}" has no window: it must hold "window": {"from", "to"} or "startedAt", "finishedAt"`,
    );
  }
  return { from, to };
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(time) ? time : undefined;
}
