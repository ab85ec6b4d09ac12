/** The TypeScript functions in this process. */

import type { Context } from 'aws-lambda';
import { dynamodbShed } from '#dynamodb-shed';
import { jsonLog } from '../../src/adapters/json-log/json-log.ts';
import { memoryShed } from '../../src/adapters/memory/memory-shed.ts';
import type { Shed } from '../../src/domain/shed.ts';
import { run as deleteWolf } from '../../src/functions/delete-wolf/run.ts';
import { run as getCat } from '../../src/functions/get-cat/run.ts';
import { run as getDog } from '../../src/functions/get-dog/run.ts';
import { run as postSheep } from '../../src/functions/post-sheep/run.ts';
import type { HttpEvent } from '../../src/hosts/lambda/lambda.ts';
import { lambda } from '../../src/hosts/lambda/lambda.ts';
import type { TargetTable } from '../contracts/http.ts';
import type { ErrorLog } from './error-log.ts';
import { CREDENTIALS } from './faulty-database.ts';
import type { FunctionAnswer, Invoke } from './in-process.ts';

/** The functions on a shed, each in its own wrapper as on Lambda. */
export function typescriptStack(shed: Shed, log: ErrorLog): Invoke {
  const logFor = jsonLog((line) => log.write(`${line}\n`));
  const handlers: Readonly<Record<string, (event: HttpEvent, context: Context) => Promise<FunctionAnswer>>> =
    {
      'post-sheep': lambda(postSheep, { status: 201, logFor, shed }),
      'get-dog': lambda(getDog, { status: 200, logFor, shed }),
      'get-cat': lambda(getCat, { status: 200, logFor, catMaxSteps: 20_000_000 }),
      'delete-wolf': lambda(deleteWolf, { status: 204, logFor, shed }),
    };
  return async (functionName, event, requestId) => {
    const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => 29_000 } as Context;
    const handler = handlers[functionName];
    if (handler === undefined) throw new Error(`no function ${functionName}`);
    return handler(event as HttpEvent, context);
  };
}

/** The shed of the TypeScript stack on a table. */
export function typescriptShed(table: string, endpoint: string): Shed {
  const credentials = () => ({
    accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
    secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
  });
  return dynamodbShed({ table, endpoint, region: CREDENTIALS.AWS_REGION, credentials });
}

/** A shed in memory with the access that the contract wants. */
export function memoryTable(): { readonly shed: Shed; readonly table: TargetTable } {
  const shed = memoryShed({ pageSize: 7 });
  async function read() {
    const herd = [];
    for await (const page of shed.scan()) herd.push(...page);
    return herd.sort((a, b) => (a.tattoo < b.tattoo ? -1 : 1));
  }
  return {
    shed,
    table: {
      read,
      async clear() {
        for (const { tattoo } of await read()) await shed.remove(tattoo);
      },
      async load(herd) {
        for (const sheep of herd) await shed.add(sheep);
      },
    },
  };
}
