import type { ShedContext } from '../../domain/context.ts';
import { ShedError } from '../../domain/errors.ts';
import { eatHeaviestPrime } from '../../domain/wolf.ts';

/**
 * Eats the heaviest sheep of prime weight.
 * @throws ShedError `NO_FITTING_SHEEP`.
 */
export async function run(_event: unknown, { shed }: ShedContext): Promise<void> {
  if ((await eatHeaviestPrime(shed)) === undefined) {
    throw new ShedError('NO_FITTING_SHEEP', 'no sheep of prime weight is in the shed');
  }
}
