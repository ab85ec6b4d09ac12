import { after } from 'node:test';
import { httpContract } from '../contracts/http.ts';
import { errorLog } from './error-log.ts';
import { startFaultyDatabase } from './faulty-database.ts';
import { inProcessFetch } from './in-process.ts';
import { startPythonStack } from './python-stack.ts';
import { memoryTable, typescriptShed, typescriptStack } from './typescript-stack.ts';

// All is started before the first test is registered: a root `after` runs as soon as no registered test is
// left, even while this file still waits for something.
const database = await startFaultyDatabase();
after(() => database.close());
const typescriptTable = await database.createTable('shed-ts');
const pythonTable = await database.createTable('shed-python');
const pythonLog = errorLog();
const python = await startPythonStack('shed-python', database.endpoint, pythonLog);
after(() => python.close());

const { shed, table: herd } = memoryTable();
const onMemory = typescriptStack(shed, errorLog());
for (const format of ['1.0', '2.0'] as const) {
  httpContract({
    name: `ts, in memory, payload ${format}`,
    fetch: inProcessFetch(onMemory, format),
    table: herd,
  });
}

const typescriptLog = errorLog();
const typescript = typescriptStack(typescriptShed('shed-ts', database.endpoint), typescriptLog);
httpContract({
  name: 'ts, DynamoDB',
  fetch: inProcessFetch(typescript, '2.0'),
  table: typescriptTable,
  faults: { ...database.faults, errorsLogged: async (id) => typescriptLog.errorsOf(id) },
});

for (const format of ['1.0', '2.0'] as const) {
  httpContract({
    name: `python, DynamoDB, payload ${format}`,
    fetch: inProcessFetch(python.invoke, format),
    table: pythonTable,
    faults: { ...database.faults, errorsLogged: async (id) => pythonLog.errorsOf(id) },
  });
}
