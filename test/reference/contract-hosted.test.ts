import { after } from 'node:test';
import { httpContract } from '../contracts/http.ts';
import { startFaultyDatabase } from './faulty-database.ts';
import { startHostedStack } from './hosted-stack.ts';

const database = await startFaultyDatabase();
after(() => database.close());

for (const stack of ['ts', 'python'] as const) {
  const hosted = await startHostedStack(stack, database);
  after(() => hosted.close());
  httpContract(hosted.target);
}
