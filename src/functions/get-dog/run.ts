import type { ShedContext } from '../../domain/context.ts';

/** Counts the sheep in the shed. */
export async function run(_event: unknown, { shed }: ShedContext): Promise<{ count: number }> {
  return { count: await shed.count() };
}
