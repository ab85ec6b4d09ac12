import { after } from 'node:test';
import { UNCOMPILED_STACK_NAMES } from '../../bench/stacks/catalogue.ts';
import { httpContract } from '../contracts/http.ts';
import { startFaultyDatabase } from './faulty-database.ts';
import type { HostedStack } from './hosted-stack.ts';
import { startHostedStack } from './hosted-stack.ts';

// All is started before the first test is registered: a root `after` runs as soon as no registered test is
// left, even while this file still waits for something.
const database = await startFaultyDatabase();
after(() => database.close());
const hosted: HostedStack[] = [];
// What a compiler makes is tested by `npm run test:rust`.
for (const stack of UNCOMPILED_STACK_NAMES) hosted.push(await startHostedStack(stack, database));
after(() => Promise.all(hosted.map((one) => one.close())));

for (const { target } of hosted) httpContract(target);
