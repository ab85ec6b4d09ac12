import { after } from 'node:test';
import { httpContract } from '../contracts/http.ts';
import { startFaultyDatabase } from './faulty-database.ts';
import { startHostedStack } from './hosted-stack.ts';

// All is started before the first test is registered: a root `after` runs as soon as no registered test is
// left, even while this file still waits for something.
const database = await startFaultyDatabase();
after(() => database.close());
const ts = await startHostedStack('ts', database);
after(() => ts.close());
const python = await startHostedStack('python', database);
after(() => python.close());

httpContract(ts.target);
httpContract(python.target);
