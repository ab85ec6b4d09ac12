import type { FailedEvent } from '../event-journal/failed-events.ts';
import type { ShownEnvironment } from '../observe/environments.ts';
import { askHostJson } from './host-client.ts';
import type { DropCommand, PsCommand, RedriveCommand } from './instance-options.ts';

const HEADER = ['ENVIRONMENT', 'FUNCTION', 'STATE', 'AGE', 'IDLE', 'CALLS', 'ERRORS', 'MEMORY', 'CPU'];

/** Prints the environments that run on a host. @throws LocalLambdaError when the host refuses. */
export async function listEnvironments(
  { host, functionName, json }: PsCommand,
  write: (text: string) => void,
  nowMs: number,
): Promise<void> {
  const query = functionName === undefined ? '' : `?function=${encodeURIComponent(functionName)}`;
  const answer = await askHostJson(host, 'GET', `environments${query}`);
  const { environments } = answer as { readonly environments: readonly ShownEnvironment[] };
  write(json ? `${JSON.stringify(environments, undefined, 2)}\n` : renderEnvironments(environments, nowMs));
}

/** A table of environments, those of one function together. */
function renderEnvironments(environments: readonly ShownEnvironment[], nowMs: number): string {
  if (environments.length === 0) return 'No environment runs.\n';
  const sorted = environments.toSorted(
    (a, b) => a.functionName.localeCompare(b.functionName) || a.startedMs - b.startedMs,
  );
  const rows = sorted.map((one) => [
    one.environmentId,
    one.version === '$LATEST' ? one.functionName : `${one.functionName}:${one.version}`,
    one.state,
    age(nowMs - one.startedMs),
    one.state === 'idle' ? age(nowMs - (one.lastUsedMs ?? one.startedMs)) : '',
    String(one.invocations),
    String(one.errors),
    one.memoryMb === undefined ? '-' : `${one.memoryMb}/${one.memorySizeMb} MB`,
    one.cpuMs === undefined ? '-' : `${one.cpuMs.toFixed(0)} ms`,
  ]);
  const all = [HEADER, ...rows];
  const widths = HEADER.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return all.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/**
 * Ends environments of a host.
 * @returns the exit code: 1 when some stay, since they work.
 * @throws LocalLambdaError when the host refuses.
 */
export async function dropEnvironments(
  { host, which, force }: DropCommand,
  write: (text: string) => void,
): Promise<number> {
  const query = force ? 'force=true' : '';
  const isId = which !== undefined && /^[\da-f]{32}$/.test(which);
  const path = isId
    ? `environments/${which}?${query}`
    : `environments?${which === undefined ? '' : `function=${encodeURIComponent(which)}&`}${query}`;
  const answer = await askHostJson(host, 'DELETE', path);
  const { ended, busy } = answer as { readonly ended: readonly string[]; readonly busy: readonly string[] };
  for (const id of ended) write(`ended ${id}\n`);
  for (const id of busy) write(`busy ${id}; --force ends it anyway\n`);
  if (ended.length + busy.length === 0) write('No environment runs.\n');
  return busy.length > 0 ? 1 : 0;
}

/**
 * Tries the failed events of a host again, or lists them.
 * @returns the exit code: 1 when some are not taken.
 * @throws LocalLambdaError when the host refuses.
 */
export async function redriveEvents(
  { host, functionName, list }: RedriveCommand,
  write: (text: string) => void,
): Promise<number> {
  const query = functionName === undefined ? '' : `?function=${encodeURIComponent(functionName)}`;
  if (list) {
    const answer = await askHostJson(host, 'GET', `failed-events${query}`);
    const { failedEvents } = answer as { readonly failedEvents: readonly FailedEvent[] };
    for (const one of failedEvents) {
      const when = new Date(one.timeMs).toISOString();
      const why = `${one.condition}: ${one.errorType ?? ''} ${one.errorMessage ?? ''}`.trimEnd();
      write(`${when}  ${one.requestId}  ${one.functionName}  ${why}\n`);
    }
    if (failedEvents.length === 0) write('No event has failed.\n');
    return 0;
  }
  const answer = await askHostJson(host, 'POST', `failed-events${query}`);
  const { sent, refusal } = answer as { readonly sent: number; readonly refusal?: string };
  write(`${sent} ${sent === 1 ? 'event is' : 'events are'} tried again\n`);
  if (refusal !== undefined) write(`the others stay: ${refusal}\n`);
  return refusal === undefined ? 0 : 1;
}

/** `45s`, `12m`, `3h`, `2d`. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
