import { after, test } from 'node:test';
import { errorLog } from './error-log.ts';
import { startFaultyDatabase } from './faulty-database.ts';
import { inProcessFetch } from './in-process.ts';
import { startPythonStack } from './python-stack.ts';
import { compareTwins } from './twins.ts';
import { typescriptShed, typescriptStack } from './typescript-stack.ts';

const database = await startFaultyDatabase();
after(() => database.close());
const python = await startPythonStack('twin-python', database.endpoint, errorLog());
after(() => python.close());
const typescript = typescriptStack(typescriptShed('twin-ts', database.endpoint), errorLog());

test('ts and python: the same herd and the same requests, the same answers and the same table', {
  timeout: 120_000,
}, async () => {
  await compareTwins([
    { name: 'ts', fetch: inProcessFetch(typescript, '2.0'), table: await database.createTable('twin-ts') },
    {
      name: 'python',
      fetch: inProcessFetch(python.invoke, '2.0'),
      table: await database.createTable('twin-python'),
    },
  ]);
});
