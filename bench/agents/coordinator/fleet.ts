import type { Arrivals } from '../../load/arrivals.ts';
import type { AgentResult, AgentsDescription } from '../../results/agent-result.ts';
import type { LoadResult } from '../../results/load-result.ts';
import { mergeLoads } from '../../results/merge-loads.ts';
import { MAX_WAIT_MS, type PieceScenario } from '../protocol.ts';
import { shareOf } from '../split.ts';
import { createClocks } from './clocks.ts';
import { type Drive, driveClosed, driveOpen } from './drive.ts';
import { greetAgents } from './greet.ts';
import type { Invoke } from './invoke.ts';
import { judgeAgents, sayFaults, startSkew } from './judge.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { tellPiece } from './tell-piece.ts';

/** Load for all agents together. */
export interface FleetLoad {
  /** Absent: each agent asks a bare server of its own. */
  readonly url?: string;
  readonly scenario:
    | { readonly name: 'bare' }
    | Omit<Exclude<PieceScenario, { name: 'bare' }>, 'firstTattoo'>;
  /** Of all agents; where there are fewer than agents, the last ones have none. */
  readonly connections: number;
  /** Of all agents; when absent, as many as go into `seconds`. */
  readonly calls: number | undefined;
  readonly seconds: number;
  readonly timeoutSeconds: number;
  /** Absent: the closed model. */
  readonly open?: { readonly rate: number; readonly arrivals: Arrivals; readonly seed: number };
  /** Gives the first of so many tattoos that are in no shed. */
  readonly reserveTattoos: (count: bigint) => bigint;
  readonly onProgress: (answers: number) => void;
  /** Told why requests were lost, up to three reasons of each piece. */
  readonly onLost?: ((problem: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/** What came of a load. */
export interface FleetResult {
  readonly load: LoadResult;
  /** Sheep inserted less sheep eaten, by what was answered. */
  readonly added: number;
  readonly agents: readonly AgentResult[];
  /** Milliseconds between the first and the last agent's begin. */
  readonly startSkewMs: number;
  /** Which agents were late, slow, throttled or lost, so that the load is no measurement; `undefined` when none was. */
  readonly problem: string | undefined;
  /** Whether the agents told of every request that they sent. */
  readonly isWhole: boolean;
}

/** Load agents that work together. */
export interface Fleet {
  readonly description: AgentsDescription;
  /**
   * Has all agents apply a load, from one agreed moment on. What goes wrong with an agent is in the result.
   * @throws the reason of the signal when it aborts: within 2 s no agent sends any more.
   */
  drive(load: FleetLoad): Promise<FleetResult>;
  close(): Promise<void>;
}

/** What a fleet is made of. */
export interface FleetOptions {
  readonly description: AgentsDescription;
  readonly invoke: Invoke;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** Environments that an agent of the open model uses in turns, and one more for answers that take long. */
const LANES = 3;
/** The least time from the agreement to the agreed moment, in milliseconds: pieces are written and sent in it. */
const LEAST_NOTICE_MS = 40;
/** More for each agent, in milliseconds. */
const NOTICE_PER_AGENT_MS = 3;

/** Makes a fleet of agents that are there; none is invoked before there is load. */
export function createFleet({ description, invoke, now, sleep, close }: FleetOptions): Fleet {
  const clocks = createClocks();
  const { count } = description;
  return {
    description,
    close,
    async drive(load) {
      const { signal, open } = load;
      signal.throwIfAborted();
      const model = open === undefined ? 'closed' : 'open';
      const ledgers = Array.from({ length: count }, (_, agent) => createLedger(model, agent));
      const sending = Array.from({ length: count }, (_, agent) => agent).filter((agent) => {
        const has = (total: number | undefined) => total === undefined || shareOf(total, agent, count) > 0;
        return has(load.connections) && (open !== undefined || has(load.calls));
      });
      const isLong = load.seconds > 1 || load.calls !== undefined;
      const lanes = open === undefined ? sending.length : count * (isLong ? LANES : 1);
      const { url, timeoutSeconds } = load;
      const toOpen = url && { url, timeoutSeconds, connections: Math.ceil(load.connections / count) };
      const greeting = { invoke, clocks, now, signal, ...(toOpen && { toOpen }) };
      const { roundTripMs, failed } = await greetAgents(lanes, greeting);
      if (failed !== undefined) {
        for (const agent of sending) ledgers[agent]?.failed(failed.fault, failed.problem);
        return resultOf(model, ledgers);
      }
      const usualMs = LEAST_NOTICE_MS + NOTICE_PER_AGENT_MS * count + 2 * roundTripMs;
      const progress = createProgress(load.onProgress);
      const telling = {
        invoke,
        clocks,
        now,
        signal,
        reserveTattoos: load.reserveTattoos,
        onLost: load.onLost,
      };
      const drive: Drive = {
        load,
        count,
        sending,
        ledgers,
        agreedAt: now() + Math.min(usualMs, MAX_WAIT_MS),
        roundTripMs,
        now,
        sleep,
        async tell(agent, piece, isAgreed) {
          const { onProgress, end } = progress.begin();
          const done = await tellPiece(piece, ledgers[agent] as Ledger, isAgreed, { ...telling, onProgress });
          end();
          return done;
        },
      };
      await (open === undefined ? driveClosed(drive) : driveOpen(drive, open));
      signal.throwIfAborted();
      return resultOf(model, ledgers);
    },
  };
}

/** Adds up what pieces that are under way, and those that are over, have said of their progress. */
function createProgress(onProgress: (answers: number) => void) {
  const current = new Map<symbol, number>();
  let over = 0;
  return {
    begin() {
      const piece = Symbol('piece');
      return {
        onProgress: (answers: number) => {
          current.set(piece, answers);
          onProgress([...current.values()].reduce((sum, one) => sum + one, over));
        },
        end() {
          over += current.get(piece) ?? 0;
          current.delete(piece);
        },
      };
    },
  };
}

function resultOf(model: 'closed' | 'open', ledgers: readonly Ledger[]): FleetResult {
  const loads = ledgers.flatMap((one) => one.load() ?? []);
  const elapsedMs = loads.reduce((most, one) => Math.max(most, one.elapsedMs), 0);
  const agents = judgeAgents(ledgers.map((one) => one.toResult()));
  return {
    load: mergeLoads(model, loads, elapsedMs),
    added: ledgers.reduce((sum, one) => sum + one.added, 0),
    agents,
    startSkewMs: startSkew(agents),
    problem: sayFaults(agents),
    isWhole: ledgers.every((one) => !one.hasFailed),
  };
}
