import type { Platform } from './platform.ts';
import { type Given, type Shape, shapeOf } from './readers.ts';

/** What an operation gets. */
export interface Call<Body extends Shape, Query extends Shape> {
  readonly platform: Platform;
  /** What stands in the path, decoded, by its names. */
  readonly path: Readonly<Record<string, string>>;
  readonly body: Given<Body>;
  readonly query: Given<Query>;
}

/** One operation of an API of AWS: how it is asked for and what it does. */
export interface Operation {
  /** As AWS names it. */
  readonly name: string;
  readonly method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  /** Such as `/2015-03-31/functions/{FunctionName}`. */
  readonly path: string;
  readonly status: number;
  /** Answers with the body, undefined: without. */
  readonly run: (call: {
    readonly platform: Platform;
    readonly path: Readonly<Record<string, string>>;
    readonly body: unknown;
    readonly query: unknown;
  }) => Promise<object | undefined> | object | undefined;
}

/**
 * A row of the table of operations: members of the body and of the query are read by their shapes before it runs.
 * @param row `body` and `query`: nothing is read where they are not given.
 */
export function operation<Body extends Shape, Query extends Shape>(
  row: Omit<Operation, 'run'> & {
    readonly body?: Body;
    readonly query?: Query;
    readonly run: (call: Call<Body, Query>) => Promise<object | undefined> | object | undefined;
  },
): Operation {
  const { body, query, run, ...rest } = row;
  const readBody = body && shapeOf(body);
  const readQuery = query && shapeOf(query);
  return {
    ...rest,
    run: (call) =>
      run({
        ...call,
        body: (readBody === undefined ? {} : readBody(call.body, '')) as Given<Body>,
        query: (readQuery === undefined ? {} : readQuery(call.query, '')) as Given<Query>,
      }),
  };
}
