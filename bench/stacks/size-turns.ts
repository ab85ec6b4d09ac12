import type { MemorySizes } from './memory-size.ts';
import type { ColdAccess } from './stack.ts';

/**
 * Lets the memory sizes of deployed functions take turns: a turn of another size gives the function that size, which
 * also starts new execution environments.
 * @param cold forces new ones where the size stays the same.
 * @param fullName of a function, by the last part of it.
 * @returns what forces cold starts at a memory size, in MB; all of them share what is to be undone.
 */
export function sizeTurns(
  sizes: MemorySizes,
  cold: ColdAccess,
  fullName: (functionName: string) => string,
): (memoryMb: number) => ColdAccess {
  const now = new Map<string, number>();
  return (memoryMb) => ({
    async force(functionName) {
      const name = fullName(functionName);
      if (now.get(name) === memoryMb) return cold.force(functionName);
      now.delete(name);
      await sizes.set(name, memoryMb);
      now.set(name, memoryMb);
    },
    async restore() {
      now.clear();
      await sizes.restore();
      await cold.restore();
    },
  });
}
