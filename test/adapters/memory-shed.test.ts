import { memoryShed } from '../../src/adapters/memory-shed.ts';
import { shedContract } from '../contracts/shed.ts';

shedContract('memory', async () => memoryShed({ pageSize: 3 }));
