import type { Traffic } from './tls-relay.ts';

/** A part of a call as it was measured here. */
export interface MeasuredPiece {
  /** `network`: a round trip of TLS alone; `service`: one that the database answered. */
  readonly kind: 'cpu' | 'network' | 'service';
  readonly ms: number;
}

/** One call, unthrottled. */
export interface MeasuredCall {
  readonly cpuMs: number;
  readonly durationMs: number;
  readonly pieces: readonly MeasuredPiece[];
  /** New TLS connections to the database. */
  readonly connections: number;
  /** Of a first call. */
  readonly initMs?: number;
  /** CPU time from the start of the process to its first call. */
  readonly initCpuMs?: number;
  /** What {@link measureSpeed} took around it. */
  readonly speedMs: number;
}

/** What passed, when, and how much CPU time the function had taken by then. */
export interface Passed extends Traffic {
  readonly timeMs: number;
  readonly cpuMs: number;
}

/**
 * Splits a call into processor time and waits. What is computed during a wait counts behind it.
 * @param cpuMs of the whole call, as its record says. @param endCpuMs the function's CPU time when it had answered.
 */
export function piecesOf(
  passed: readonly Passed[],
  {
    cpuMs,
    startCpuMs,
    endCpuMs,
  }: {
    readonly cpuMs: number;
    /** Undefined for a first call, whose process was not known before: then the first piece takes what is left. */
    readonly startCpuMs: number | undefined;
    readonly endCpuMs: number;
  },
): MeasuredPiece[] {
  const turns = turnsOf(passed);
  const boundaries = turns.map(({ before }) => before.cpuMs);
  const cpu = [...boundaries, endCpuMs].map((at, i) =>
    Math.max(0, at - (boundaries[i - 1] ?? startCpuMs ?? at)),
  );
  // The record's own total holds: the piece of which least is known takes the difference.
  const open = startCpuMs === undefined ? 0 : cpu.length - 1;
  const others = cpu.reduce((sum, ms, i) => (i === open ? sum : sum + ms), 0);
  cpu[open] = Math.max(0, cpuMs - others);
  return cpu.flatMap((ms, i): MeasuredPiece[] => {
    const turn = turns[i];
    const piece = { kind: 'cpu' as const, ms };
    if (turn === undefined) return [piece];
    return [piece, { kind: turn.kind, ms: turn.answered.timeMs - turn.before.timeMs }];
  });
}

/** Where the function waited: from the last that it sent to the answer; of several the first that the database gave. */
function turnsOf(passed: readonly Passed[]) {
  const turns: { before: Passed; answered: Passed; kind: 'network' | 'service' }[] = [];
  let isOpen = false;
  passed.forEach((one, i) => {
    const before = passed[i - 1];
    const last = turns.at(-1);
    if (one.direction === 'sent' || before === undefined) isOpen = false;
    else if (before.direction === 'sent') {
      turns.push({ before, answered: one, kind: one.fromService ? 'service' : 'network' });
      isOpen = true;
    } else if (isOpen && last?.kind === 'network' && one.fromService) {
      turns[turns.length - 1] = { ...last, answered: one, kind: 'service' };
    }
  });
  return turns;
}

/** CPU time counts where the processor was at most so many times slower than undisturbed. */
const DISTURBED = 1.25;

/**
 * The typical one of several calls: the median of CPU time among those of an undisturbed processor, if there are any.
 * @param speedMs what `measureSpeed` takes undisturbed.
 */
export function typicalCall(calls: readonly MeasuredCall[], speedMs: number): MeasuredCall {
  const undisturbed = calls.filter((call) => call.speedMs <= DISTURBED * speedMs);
  const counted = undisturbed.length > 0 ? undisturbed : calls;
  const sorted = counted.toSorted((a, b) => a.cpuMs - b.cpuMs);
  const typical = sorted[Math.floor((sorted.length - 1) / 2)];
  if (typical === undefined) throw new RangeError('there are no calls');
  return typical;
}
