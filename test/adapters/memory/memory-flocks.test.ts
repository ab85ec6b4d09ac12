import { memoryFlocks } from '../../../src/adapters/memory/memory-flocks.ts';
import { memoryShed } from '../../../src/adapters/memory/memory-shed.ts';
import { flocksContract } from '../../contracts/flocks.ts';

flocksContract('memory', async () => {
  const weights = new Map<bigint, number>();
  return { flocks: memoryFlocks(weights), shed: memoryShed({ weights }) };
});
