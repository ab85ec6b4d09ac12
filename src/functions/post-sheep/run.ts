import type { ShedContext } from '../../domain/context.ts';
import { ShedError } from '../../domain/errors.ts';
import { fieldOf } from '../../domain/input.ts';
import type { Sheep } from '../../domain/sheep.ts';
import { drawWeight, parseTattoo } from '../../domain/sheep.ts';

/**
 * Adds a sheep of random weight with the unique `tattoo` of the event.
 * @throws ShedError `INVALID_INPUT`, `SHEEP_ALREADY_IN_SHED`.
 */
export async function run(event: unknown, { shed, random }: ShedContext): Promise<Sheep> {
  const sheep = { tattoo: parseTattoo(fieldOf(event, 'tattoo')), weight: drawWeight(random) };
  if (await shed.add(sheep)) return sheep;
  throw new ShedError('SHEEP_ALREADY_IN_SHED', `sheep ${sheep.tattoo} is already in the shed`);
}
