import type { Herd, HerdSheep } from '../herd/make-herd.ts';
import type { BenchAnswer, BenchRequest } from '../load/exchange.ts';
import type { ScenarioName } from '../results/names.ts';

/** What is known of the shed when a scenario begins. */
export interface ShedState {
  readonly count: number;
  /** The herd, where the bench has loaded it and keeps it as it is; `undefined` where the functions drew the weights. */
  readonly herd: Herd | undefined;
  /** Calls under way at most. */
  readonly atOnce: number;
}

/** One pass of a scenario over one stack: makes its requests, judges its answers, keeps account of the sheep. */
export interface Pass {
  next(): BenchRequest;
  /** What is wrong with the answer to a request of {@link next}, or `undefined`. */
  verify(request: BenchRequest, answer: BenchAnswer): string | undefined;
  /** Whether calls change the work of those after them unless {@link restock} makes it good. */
  readonly keepsHerd: boolean;
  /** Sheep that must be put into the shed after an answer, so that the next call finds the same work. */
  restock(answer: BenchAnswer): readonly HerdSheep[];
  /** What is wrong with all answers together, or `undefined`. */
  finish(): string | undefined | Promise<string | undefined>;
  /** What is wrong with the sheep that are in the table afterwards, or `undefined`. */
  judge?(left: readonly HerdSheep[]): string | undefined;
  /** Rows that were imported, by what was answered; absent where none are. */
  rows?(): number;
  /** Sheep in the shed by what was answered and put. */
  count(): number;
}

/** What the bench does to one function. */
export interface Scenario {
  readonly name: ScenarioName;
  begin(shed: ShedState): Pass;
}

/** The JSON object of a body, `undefined` when it is none. */
export function objectOf(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Says what was expected and what came instead. */
export function wrongAnswer(
  { method, path }: BenchRequest,
  expected: string,
  { status, body }: BenchAnswer,
): string {
  return `${method} ${path}: expected ${expected}, got ${status} ${body.slice(0, 200)}`;
}
