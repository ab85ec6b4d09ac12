import type { FunctionSummary } from '@sheep-shed/log-insights/report-lines';
import type { HerdSheep } from '../../bench/herd/make-herd.ts';
import type { Connect } from '../../bench/load/connection.ts';
import type { BenchAnswer, BenchRequest } from '../../bench/load/exchange.ts';
import { type ContractFunction, FUNCTION_OF } from '../../bench/results/names.ts';
import type { LogAccess, Stack } from '../../bench/stacks/stack.ts';
import type { Clock } from '../../bench/world/clock.ts';

/** How a synthetic stack behaves. */
export interface SyntheticStack {
  readonly name: string;
  /** Its time for the work of a call, where 1 is 5 ns a trial division, and 1 µs a sheep that is counted. */
  readonly factor: number;
  readonly clock: Clock;
  /** Milliseconds until what the bench puts is in the table. */
  readonly putMs?: number;
  /** Whether the table can be reached past the functions. */
  readonly hasTable?: boolean;
  /** Whether it is reached as one on AWS is, where REPORT lines come late; else the bench has started its host. */
  readonly isRemote?: boolean;
  /** What befalls a call of a function beside its work, by its number from 1; nothing where `undefined`. */
  readonly fate?: (call: number) => Fate | undefined;
  /** Replaces what a wolf answers and does. */
  readonly raid?: (shed: Map<bigint, number>) => BenchAnswer;
}

/** What befalls a call: it has no answer, or takes so many milliseconds more and has another answer. */
export type Fate = 'lost' | { readonly millis: number; readonly answer: BenchAnswer };

/** What the day's clock shows when a clock shows 0, in milliseconds since 1970. */
export const EPOCH_MS = 1_700_000_000_000;

const DIVISION_MS = 5e-6;
const COUNT_MS = 1e-3;
const primes = primesUpTo(400_000);
const judged = new Map<number, ReturnType<typeof judge>>();
/** Every round loads the same herd anew. */
const flocks = new WeakMap<readonly HerdSheep[], Flock>();

/** A stack that answers as the contract says, in exactly the time that its work takes; no call delays another. */
export function syntheticStack({
  name,
  factor,
  clock,
  putMs = 1,
  hasTable = true,
  isRemote = false,
  fate = () => undefined,
  raid,
}: SyntheticStack): Stack & {
  /** Trial divisions of each raid, in the order in which they began. */
  readonly divisions: readonly number[];
  /** How often the execution environments were dropped. */
  readonly dropped: () => number;
} {
  let shed = new Map<bigint, number>();
  // Kept up with the shed: to judge every sheep anew in every raid took most of a simulation's time.
  let work = 0;
  let fitting: readonly HerdSheep[] = [];
  const divisions: number[] = [];
  const lines: ReportLine[] = [];
  let calls = 0;
  let drops = 0;

  const empty = () => {
    shed.clear();
    work = 0;
    fitting = [];
  };
  const take = ({ tattoo, weight }: HerdSheep) => {
    shed.delete(tattoo);
    work -= judge(weight).divisions;
    fitting = fitting.filter((sheep) => sheep.tattoo !== tattoo);
  };
  const put = (sheep: readonly HerdSheep[]) => {
    const primesAmong: HerdSheep[] = [];
    for (const { tattoo, weight } of sheep) {
      const before = shed.get(tattoo);
      if (before !== undefined) take({ tattoo, weight: before });
      const { isPrime, divisions: tested } = judge(weight);
      shed.set(tattoo, weight);
      work += tested;
      if (isPrime) primesAmong.push({ tattoo, weight });
    }
    if (primesAmong.length > 0) fitting = [...fitting, ...primesAmong].sort(heaviestFirst);
  };
  const eat = async (): Promise<BenchAnswer> => {
    const seen = fitting;
    divisions.push(work);
    await clock.sleep(work * DIVISION_MS * factor);
    if (raid !== undefined) {
      const answered = raid(shed);
      const left = [...shed].map(([tattoo, weight]) => ({ tattoo, weight }));
      empty();
      put(left);
      return answered;
    }
    const eaten = seen.find(({ tattoo }) => shed.has(tattoo));
    if (eaten !== undefined) take(eaten);
    return eaten ? { status: 204, body: '' } : { status: 404, body: '{"code":"NO_FITTING_SHEEP"}' };
  };
  const answer = async ({ method, path }: BenchRequest): Promise<BenchAnswer> => {
    if (method === 'DELETE') return eat();
    if (method === 'POST') {
      const tattoo = path.slice('/sheep/'.length);
      put([{ tattoo: BigInt(tattoo), weight: 80_000_000_000 }]);
      await clock.sleep(COUNT_MS * factor);
      return { status: 201, body: `{"tattoo":${tattoo},"weight":80000000000}` };
    }
    const count = shed.size;
    await clock.sleep(count * COUNT_MS * factor);
    return { status: 200, body: `{"count":${count}}` };
  };
  const connect: Connect = () => ({
    isOpen: () => true,
    open: async () => undefined,
    async send(request) {
      const sentAt = clock.now();
      const outcome = (whole: BenchAnswer | undefined) => {
        const endedAt = clock.now();
        const problem = whole === undefined ? 'lost' : undefined;
        return { answer: whole, problem, isTimedOut: false, sentAt, endedAt };
      };
      const functionName = functionOf(request);
      if (functionName === undefined) return outcome({ status: 404, body: '' });
      const what = fate(++calls);
      if (what === 'lost') return outcome(undefined);
      if (what !== undefined) await clock.sleep(what.millis);
      const whole = what?.answer ?? (await answer(request));
      lines.push({ functionName, at: EPOCH_MS + clock.now(), millis: clock.now() - sentAt });
      return outcome(whole);
    },
    close: () => undefined,
  });
  const table: Stack['table'] = {
    async load(herd) {
      const flock = flockOf(herd);
      shed = new Map(flock.shed);
      ({ work, fitting } = flock);
      return herd.length;
    },
    async put(sheep) {
      await clock.sleep(putMs);
      put(sheep);
    },
    read: async () => [...shed].map(([tattoo, weight]) => ({ tattoo, weight })),
  };
  const dropEnvironments = async () => {
    drops++;
  };
  const host = isRemote ? undefined : { functions: [], dropEnvironments, settle: async () => undefined };
  const url = 'http://synthetic.invalid';
  const place = { name, url, connect, host, logs: logsOf(lines, !isRemote), cold: undefined };
  return { ...place, table: hasTable ? table : undefined, divisions, dropped: () => drops };
}

function heaviestFirst(a: HerdSheep, b: HerdSheep): number {
  return b.weight - a.weight || (a.tattoo < b.tattoo ? -1 : 1);
}

/** A herd as a stack holds it. */
interface Flock {
  readonly shed: ReadonlyMap<bigint, number>;
  /** Trial divisions of a raid. */
  readonly work: number;
  /** The prime ones, the heaviest first. */
  readonly fitting: readonly HerdSheep[];
}

function flockOf(herd: readonly HerdSheep[]): Flock {
  const known = flocks.get(herd);
  if (known !== undefined) return known;
  const flock = {
    shed: new Map(herd.map(({ tattoo, weight }) => [tattoo, weight])),
    work: herd.reduce((sum, { weight }) => sum + judge(weight).divisions, 0),
    fitting: herd.filter(({ weight }) => judge(weight).isPrime).sort(heaviestFirst),
  };
  flocks.set(herd, flock);
  return flock;
}

interface ReportLine {
  readonly functionName: ContractFunction;
  /** When the invocation ended, in milliseconds since 1970. */
  readonly at: number;
  readonly millis: number;
}

function functionOf({ method, path }: BenchRequest): ContractFunction | undefined {
  if (path === '/wolf') return FUNCTION_OF.wolf;
  if (path === '/dog') return FUNCTION_OF.dog;
  return method === 'POST' ? FUNCTION_OF.sheep : undefined;
}

function logsOf(lines: readonly ReportLine[], isImmediate: boolean): LogAccess {
  return {
    isImmediate,
    async summarise(functionName, windows) {
      const found = lines.filter(
        (line) =>
          line.functionName === functionName &&
          windows.some(({ from, to }) => from <= line.at && line.at < to),
      );
      return { summary: summaryOf(found.map(({ millis }) => millis)), problem: undefined };
    },
    list: async () => ({ invocations: [], problem: undefined }),
  };
}

function summaryOf(millis: readonly number[]): FunctionSummary | undefined {
  if (millis.length === 0) return undefined;
  const middle = millis.toSorted((a, b) => a - b)[millis.length >> 1] ?? 0;
  return {
    invocations: millis.length,
    coldStarts: 0,
    initP50: null,
    initP90: null,
    initP99: null,
    durationP50: middle,
    durationP95: null,
    durationP99: null,
    billedP50: Math.ceil(middle),
    billedSum: millis.reduce((sum, one) => sum + Math.ceil(one), 0),
    maxMemoryUsedMb: 60,
    memorySizeMb: 128,
    timeouts: 0,
    errors: 0,
  };
}

/** Whether a weight is prime, and how many trial divisions by primes up to the square root tell it; the first divisor stops. */
function judge(weight: number): { readonly isPrime: boolean; readonly divisions: number } {
  const known = judged.get(weight);
  if (known !== undefined) return known;
  let divisions = 0;
  let isPrime = true;
  for (const p of primes) {
    divisions++;
    isPrime = weight % p !== 0;
    if (!isPrime || p * p > weight) break;
  }
  const judgement = { isPrime, divisions };
  judged.set(weight, judgement);
  return judgement;
}

function primesUpTo(limit: number): number[] {
  const isComposite = new Uint8Array(limit + 1);
  const found: number[] = [];
  for (let p = 2; p <= limit; p++) {
    if (isComposite[p] === 1) continue;
    found.push(p);
    for (let multiple = p * p; multiple <= limit; multiple += p) isComposite[multiple] = 1;
  }
  return found;
}
