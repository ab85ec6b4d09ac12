import { MAX_UNSERVED } from '../../load/apply-load.ts';
import type { ArrivalPlan } from '../../load/arrivals.ts';
import { type Done, LEAD_MS, LEASE_MS, SLICE_MS } from '../protocol.ts';
import { arrivalsOf, shareOf, shareOfSlice, slicesOf } from '../split.ts';
import type { FleetLoad } from './fleet.ts';
import type { Ledger } from './ledger.ts';
import type { PieceToTell } from './tell-piece.ts';

/** A load under way. */
export interface Drive {
  readonly load: FleetLoad;
  /** Agents. */
  readonly count: number;
  /** Those that have a share of the load, from 0. */
  readonly sending: readonly number[];
  readonly ledgers: readonly Ledger[];
  /** When the load begins, in epoch milliseconds. */
  readonly agreedAt: number;
  readonly roundTripMs: number;
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
  readonly tell: (agent: number, piece: PieceToTell, isAgreed: boolean) => Promise<Done | undefined>;
}

/** A piece that follows at once begins so much later than it may arrive, in milliseconds. */
const MARGIN_MS = 5;

/** The closed model: each agent has its share of connections and calls, and goes on piece by piece. */
export async function driveClosed(drive: Drive): Promise<void> {
  await Promise.all(drive.sending.map((agent) => driveOne(drive, agent)));
}

async function driveOne({ load, count, ledgers, now, agreedAt, roundTripMs, tell }: Drive, agent: number) {
  const { signal } = load;
  const connections = shareOf(load.connections, agent, count);
  const pieces = Math.ceil((load.seconds * 1000) / LEASE_MS);
  let calls = load.calls === undefined ? null : shareOf(load.calls, agent, count);
  let beginsAt = agreedAt;
  const mayGoOn = (number: number) =>
    !signal.aborted && unserved(ledgers) < MAX_UNSERVED && (calls === null ? number < pieces : calls > 0);
  for (let number = 0; mayGoOn(number); number++) {
    const seconds = calls === null ? load.seconds / pieces : 0;
    const piece = {
      ...commonOf(load),
      connections,
      zeroAt: beginsAt,
      beginsAt,
      endsAt: beginsAt + LEASE_MS,
      amount: { model: 'closed', calls, seconds } as const,
    };
    const done = await tell(agent, piece, number === 0);
    if (done === undefined) return;
    if (calls !== null) calls -= done.load.calls;
    beginsAt = now() + roundTripMs + MARGIN_MS;
  }
}

/**
 * The open model: each agent sends its share of every slice. A slice is handed over while the one before it is on, to
 * whatever environments are free then.
 */
export async function driveOpen(
  { load, count, ledgers, now, sleep, agreedAt, tell }: Drive,
  open: NonNullable<FleetLoad['open']>,
): Promise<void> {
  const { signal, seconds, calls } = load;
  const plan: ArrivalPlan = { ...open, seconds, calls };
  const wirePlan = { ...open, seconds, calls: calls ?? null };
  const underWay = new Set<Promise<void>>();
  for (const slice of slicesOf(plan, SLICE_MS)) {
    const beginsAt = agreedAt + slice.fromMs;
    const waitMs = beginsAt - LEAD_MS - now();
    if (waitMs > 0) await sleep(waitMs, signal).catch(() => undefined);
    if (signal.aborted || unserved(ledgers) >= MAX_UNSERVED) break;
    for (let agent = 0; agent < count; agent++) {
      const due = arrivalsOf(slice, agent, count);
      if (due === 0) continue;
      const piece = {
        ...commonOf(load),
        connections: Math.max(1, shareOf(load.connections, agent, count)),
        zeroAt: agreedAt,
        beginsAt,
        endsAt: beginsAt + LEASE_MS,
        amount: { model: 'open', plan: wirePlan, share: shareOfSlice(slice, agent, count) } as const,
      };
      const telling = tell(agent, piece, true).then((done) => {
        if (done !== undefined && !isComplete(done, due))
          ledgers[agent]?.failed('slow', `sent ${done.load.calls} of ${due} requests that were due`);
        underWay.delete(telling);
      });
      underWay.add(telling);
    }
  }
  await Promise.all(underWay);
}

function commonOf({ url, scenario, timeoutSeconds }: FleetLoad) {
  return { ...(url !== undefined && { url }), scenario, timeoutSeconds };
}

/** Whether a piece accounts for every request that was due, or ended early because too many were not served. */
function isComplete({ load }: Done, due: number): boolean {
  const { calls, dropped, lost, throttled } = load;
  const refused = lost + (throttled?.gateway ?? 0) + (throttled?.lambda ?? 0);
  return calls + dropped === due || refused >= MAX_UNSERVED;
}

function unserved(ledgers: readonly Ledger[]): number {
  return ledgers.reduce((sum, one) => sum + one.unserved, 0);
}
