import { OptionError } from '@sheep-shed/options';
import { STACK_NAME } from '../plan/named-targets.ts';
import { CALL_SCENARIOS, type ScenarioName } from '../results/names.ts';
import type { ToldPlan } from '../results/result.ts';
import { type K6Tally, k6Tally, type Tags } from './k6-tally.ts';

/** One round or one rate of a scenario on a stack. */
export interface K6Piece {
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly round: number;
  /** Requests a second of a rate step; `undefined` for a round. */
  readonly rate: number | undefined;
  readonly tally: K6Tally;
}

/** What points of k6 hold. */
export interface K6Points {
  readonly pieces: readonly K6Piece[];
  /** Of a script that the bench exported. */
  readonly plan: ToldPlan | undefined;
  /** The most virtual users at once; 0 when nobody told. */
  readonly vus: number;
  /** What a cat was asked; `undefined` when that is not known, or differs. */
  readonly work: { readonly m: number; readonly n: number } | undefined;
  /** Requests to other addresses, which belong to no scenario. */
  readonly others: number;
}

interface Point {
  readonly metric: string;
  readonly at: number;
  readonly value: number;
  readonly tags: Tags;
}

/** What is read; anything else need not be parsed. */
const METRICS = /"(http_req_duration|checks|dropped_iterations|vus_max|sheep_shed_plan)"/;
/** Pieces beyond it are no plan of the bench. */
const MOST_PIECES = 10_000;

/**
 * Reads the points that k6 writes by `--out json=…`, in constant memory: a line that is no point of a known metric is
 * passed over.
 * @param stack what requests are of that no tag tells.
 * @throws OptionError when there are no requests of a scenario in it.
 */
export async function readK6Points(lines: AsyncIterable<string>, stack: string): Promise<K6Points> {
  const pieces = new Map<string, K6Piece>();
  let plan: ToldPlan | undefined;
  let [vus, others] = [0, 0];
  const works = new Set<string>();
  const pieceOf = (tags: Tags) => {
    const where = placeOf(tags, stack);
    if (where === undefined) return undefined;
    const key = JSON.stringify(where);
    const known = pieces.get(key);
    if (known !== undefined) return known;
    if (pieces.size === MOST_PIECES) {
      throw new OptionError(`the points have more than ${MOST_PIECES} rounds: they are not of one run`);
    }
    const piece = { ...where, tally: k6Tally((plan?.timeout ?? 0) * 1000) };
    pieces.set(key, piece);
    return piece;
  };
  for await (const line of lines) {
    const point = pointOf(line);
    if (point === undefined) continue;
    const { metric, value, tags } = point;
    if (metric === 'vus_max') vus = Math.max(vus, value);
    if (metric === 'sheep_shed_plan') plan ??= planOf(tags);
    // Neither set-up nor warm-up is measured.
    if (metric === 'vus_max' || tags['warm_up'] !== undefined || isBeside(tags['group'])) continue;
    const piece = pieceOf(tags);
    if (piece === undefined && metric === 'http_req_duration') others++;
    if (piece !== undefined) takeIn(piece.tally, point);
    if (works.size < 2) collectWork(tags, works);
  }
  const found = [...pieces.values()].filter(({ tally }) => tally.startedAt < Number.POSITIVE_INFINITY);
  if (found.length === 0) {
    throw new OptionError(
      'the points hold no request of cat, sheep, dog or wolf: they must have the tags of an exported script, or the URL of each request',
    );
  }
  const [work] = works.size === 1 ? [...works].map((one) => JSON.parse(one)) : [];
  return { pieces: found, plan, vus, work, others };
}

function takeIn(tally: K6Tally, { metric, at, value, tags }: Point): void {
  if (metric === 'http_req_duration') tally.request(value, at, tags);
  if (metric === 'checks') tally.check(value !== 0, String(tags['check'] ?? 'a check'));
  if (metric === 'dropped_iterations') tally.drop(value);
}

function pointOf(line: string): Point | undefined {
  if (!METRICS.test(line)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The last line of a run that was killed.
    return undefined;
  }
  const { type, metric, data } = value as {
    readonly type?: unknown;
    readonly metric?: unknown;
    readonly data?: { readonly time?: unknown; readonly value?: unknown; readonly tags?: Tags | null };
  };
  if (type !== 'Point' || typeof metric !== 'string' || typeof data?.value !== 'number') return undefined;
  const at = Date.parse(String(data.time));
  return Number.isNaN(at) ? undefined : { metric, at, value: data.value, tags: data.tags ?? {} };
}

/** Where a request belongs: by the tags of an exported script, else by its address. */
function placeOf(tags: Tags, stack: string): Omit<K6Piece, 'tally'> | undefined {
  const scenario = CALL_SCENARIOS.find((one) => one === (tags['bench'] ?? scenarioOf(tags)));
  if (scenario === undefined) return undefined;
  const rate = Number(tags['rate']);
  const round = Number(tags['round']);
  return {
    scenario,
    stack: typeof tags['stack'] === 'string' && STACK_NAME.test(tags['stack']) ? tags['stack'] : stack,
    round: Number.isInteger(round) && round > 0 ? round : 1,
    rate: rate > 0 ? rate : undefined,
  };
}

function scenarioOf({ url, name }: Tags): ScenarioName | undefined {
  const address = String(url ?? name ?? '');
  const [, word] =
    /^(?:https?:\/\/[^/]+)?(?:\/[^?#]*)?\/(cat|dog|wolf|sheeps?)(?:[/?#]|$)/.exec(address) ?? [];
  return word === 'sheeps' ? 'sheep' : CALL_SCENARIOS.find((one) => one === word);
}

function isBeside(group: unknown): boolean {
  return group === '::setup' || group === '::teardown';
}

function collectWork({ url }: Tags, works: Set<string>): void {
  const [, m, n] = /\/cat\?m=(\d+)&n=(\d+)$/.exec(String(url ?? '')) ?? [];
  if (m !== undefined && n !== undefined) works.add(JSON.stringify({ m: Number(m), n: Number(n) }));
}

/** The plan of an exported script; a damaged one is found by the schema of results. */
function planOf({ plan }: Tags): ToldPlan | undefined {
  try {
    const { steps: _steps, stepConnections: _connections, ...told } = JSON.parse(String(plan));
    return { ...told, engine: 'k6' };
  } catch {
    return undefined;
  }
}
