import { memoryShed } from '../../../src/adapters/memory/memory-shed.ts';
import { shedContract } from '../../contracts/shed.ts';

shedContract('memory', async () => memoryShed({ pageSize: 3 }));
