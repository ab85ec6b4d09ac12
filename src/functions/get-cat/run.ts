import { ackermann, refuseImpossible } from '../../domain/ackermann.ts';
import type { CallContext } from '../../domain/context.ts';
import { fieldOf, parseWholeNumber } from '../../domain/input.ts';

/** What the cat is given besides: the most rewriting steps that it may take. */
export type CatContext = CallContext & { readonly catMaxSteps: number };

/**
 * Computes the Ackermann function of `m` and `n` of the event.
 * @throws ShedError `INVALID_INPUT`, `CAT_WOULD_NOT_FINISH`.
 */
export async function run(event: unknown, { catMaxSteps }: CatContext): Promise<{ result: number }> {
  const m = parseWholeNumber('m', fieldOf(event, 'm'));
  const n = parseWholeNumber('n', fieldOf(event, 'n'));
  refuseImpossible(m, n, catMaxSteps);
  return { result: ackermann(m, n) };
}
