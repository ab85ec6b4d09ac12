import { after } from 'node:test';
import { httpContract } from '../contracts/http.ts';
import { startFaultyDatabase } from '../reference/faulty-database.ts';
import { startContainer } from './start-container.ts';

const database = await startFaultyDatabase();
after(() => database.close());
const table = await database.createTable('shed-container');
const lines: string[] = [];
const host = await startContainer(
  {
    HOST_CONCURRENCY: '500',
    SHEEP_SHED_TABLE: 'shed-container',
    AWS_REGION: 'eu-west-3',
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  },
  lines,
);
after(() => host.stop());

httpContract({
  name: 'ts@container, DynamoDB',
  url: host.url,
  fetch: (path, init) => fetch(`${host.url}${path}`, init),
  table,
  faults: {
    ...database.faults,
    errorsLogged: async (id) =>
      lines
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ level, requestId }) => level === 'ERROR' && requestId === id),
  },
});
