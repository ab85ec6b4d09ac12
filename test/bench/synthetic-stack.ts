import type { HerdSheep } from '../../bench/herd/make-herd.ts';
import type { Connect } from '../../bench/load/connection.ts';
import type { BenchAnswer, BenchRequest } from '../../bench/load/exchange.ts';
import type { Stack } from '../../bench/stacks/stack.ts';
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
  /** Replaces what a wolf answers and does. */
  readonly raid?: (shed: Map<bigint, number>) => BenchAnswer;
}

const DIVISION_MS = 5e-6;
const COUNT_MS = 1e-3;
const primes = primesUpTo(400_000);
const judged = new Map<number, ReturnType<typeof judge>>();

/** A stack that answers as the contract says, in exactly the time that its work takes; no call delays another. */
export function syntheticStack({
  name,
  factor,
  clock,
  putMs = 1,
  hasTable = true,
  raid,
}: SyntheticStack): Stack & {
  /** Trial divisions of each raid, in the order in which they began. */
  readonly divisions: readonly number[];
} {
  const shed = new Map<bigint, number>();
  const divisions: number[] = [];

  const eat = async (): Promise<BenchAnswer> => {
    let work = 0;
    const seen: HerdSheep[] = [];
    for (const [tattoo, weight] of shed) {
      const { isPrime, divisions: tested } = judge(weight);
      work += tested;
      if (isPrime) seen.push({ tattoo, weight });
    }
    divisions.push(work);
    await clock.sleep(work * DIVISION_MS * factor);
    if (raid !== undefined) return raid(shed);
    const order = seen.sort((a, b) => b.weight - a.weight || (a.tattoo < b.tattoo ? -1 : 1));
    const eaten = order.find(({ tattoo }) => shed.delete(tattoo));
    return eaten ? { status: 204, body: '' } : { status: 404, body: '{"code":"NO_FITTING_SHEEP"}' };
  };
  const answer = async ({ method, path }: BenchRequest): Promise<BenchAnswer> => {
    if (method === 'DELETE') return eat();
    if (method === 'POST') {
      shed.set(BigInt(path.slice('/sheep/'.length)), 80_000_000_000);
      return { status: 201, body: '' };
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
      const whole = await answer(request);
      return { answer: whole, problem: undefined, isTimedOut: false, sentAt, endedAt: clock.now() };
    },
    close: () => undefined,
  });
  const put = (sheep: readonly HerdSheep[]) => {
    for (const { tattoo, weight } of sheep) shed.set(tattoo, weight);
  };
  const table: Stack['table'] = {
    async load(herd) {
      shed.clear();
      put(herd);
      return herd.length;
    },
    async put(sheep) {
      await clock.sleep(putMs);
      put(sheep);
    },
    read: async () => [...shed].map(([tattoo, weight]) => ({ tattoo, weight })),
  };
  const host = { functions: [], dropEnvironments: async () => undefined, settle: async () => undefined };
  const url = 'http://synthetic.invalid';
  const place = { name, url, connect, host, logs: undefined, cold: undefined };
  return { ...place, table: hasTable ? table : undefined, divisions };
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
