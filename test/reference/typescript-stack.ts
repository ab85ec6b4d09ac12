/** The TypeScript functions in this process. */

import assert from 'node:assert/strict';
import { resolveOptions } from '@sheep-shed/options';
import type { Context } from 'aws-lambda';
import { dynamodbShed } from '#dynamodb-shed';
import { jsonLog } from '../../src/adapters/json-log/json-log.ts';
import { memoryShed } from '../../src/adapters/memory/memory-shed.ts';
import type { CallContext } from '../../src/domain/context.ts';
import type { Shed } from '../../src/domain/shed.ts';
import { type AnyContext, functionsOf, GET_CAT } from '../../src/functions/catalogue.ts';
import type { HttpEvent, Logging } from '../../src/hosts/lambda/lambda.ts';
import { lambda } from '../../src/hosts/lambda/lambda.ts';
import type { TargetTable } from '../contracts/http.ts';
import type { ErrorLog } from './error-log.ts';
import { CREDENTIALS } from './faulty-database.ts';
import type { Invoke } from './in-process.ts';

/** The functions on a shed, each in its own wrapper as on Lambda. */
export function typescriptStack(shed: Shed, log: ErrorLog): Invoke {
  const { catMaxSteps } = resolveOptions(GET_CAT.options, { environment: {} });
  const logFor = jsonLog((line) => log.write(`${line}\n`));
  // These functions need no more than that.
  const parts = { logFor, shed, catMaxSteps } as unknown as Omit<AnyContext, keyof CallContext> & Logging;
  const handlers = new Map(
    functionsOf('every stack').map(({ name, run, http }) => {
      assert.ok(http);
      return [name, lambda({ run, http }, parts)];
    }),
  );
  return async (functionName, event, requestId) => {
    const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => 29_000 } as Context;
    const handler = handlers.get(functionName);
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
  // Unlike a function this process makes hundreds of calls at once, and serves them too.
  const limits = { connectMs: 30_000, answerMs: 30_000 };
  return dynamodbShed({ table, endpoint, region: CREDENTIALS.AWS_REGION, credentials, limits });
}

/** A shed in memory with the access that the contract wants. */
export function memoryTable(): {
  readonly shed: Shed;
  readonly table: TargetTable;
  /** Its sheep, for adapters that work on them too. */
  readonly weights: Map<bigint, number>;
} {
  const weights = new Map<bigint, number>();
  const shed = memoryShed({ pageSize: 7, weights });
  async function read() {
    const herd = [];
    for await (const page of shed.scan()) herd.push(...page);
    return herd.sort((a, b) => (a.tattoo < b.tattoo ? -1 : 1));
  }
  return {
    shed,
    weights,
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
