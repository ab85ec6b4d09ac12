import { memoryFinder } from '../../src/adapters/memory/memory-finder.ts';
import { memoryObjects } from '../../src/adapters/memory/memory-objects.ts';
import { memoryQueue } from '../../src/adapters/memory/memory-queue.ts';
import type { PortraitMaker } from '../../src/domain/portrait-maker.ts';
import { portraitsIn } from '../../src/domain/portraits.ts';

export const BUCKET = 'portraits';

/** What the functions of portraits are given, in memory, with a clock of whole seconds that goes on at each look. */
export function memoryPortraits() {
  const weights = new Map<bigint, number>();
  let time = Date.UTC(2026, 0);
  const now = () => (time += 1000);
  const objects = memoryObjects({ now });
  const maker: PortraitMaker = { make: async (image) => image.toReversed() };
  return {
    weights,
    objects,
    maker,
    finder: memoryFinder(weights),
    portraits: portraitsIn(BUCKET, objects, now),
    portraitDeadLetters: memoryQueue(),
  };
}
