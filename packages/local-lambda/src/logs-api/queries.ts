import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { createTimer, guarded, type OnFault, type Timer } from '../fault-boundary.ts';
import { programPath } from '../program.ts';
import { type Input, needed, oneOf, text, whole } from './input.ts';
import { invalid, LogsError } from './logs-error.ts';
import type { QueryEnd, QueryJob } from './query-thread.ts';

const STATUSES = ['Scheduled', 'Running', 'Complete', 'Failed', 'Cancelled', 'Timeout'] as const;

/** What is to be run. */
export type QueryRequest = Omit<QueryJob, 'maxBytes'> & {
  /** The groups as they were named. */
  readonly names: readonly string[];
};

/** The queries of a host: some run, some wait, the last ones can be asked for. */
export interface Queries {
  /** Returns its id. @throws LogsError when too many wait. */
  start(request: QueryRequest): string;
  /** The body of GetQueryResults. */
  results(input: Input): string;
  stop(input: Input): object;
  describe(input: Input): object;
  close(): Promise<void>;
}

/** How much queries may take; a test may ask for less. */
export interface QueryLimits {
  readonly running: number;
  readonly waiting: number;
  readonly timeMs: number;
  /** Of a query's result, and of all that are kept. */
  readonly resultBytes: number;
  readonly keptBytes: number;
  readonly kept: number;
}

/** Two run at once, for up to a minute; the last hundred results are kept, up to 64 MB of them. */
export const QUERY_LIMITS: QueryLimits = {
  running: 2,
  waiting: 28,
  timeMs: 60_000,
  resultBytes: 33_554_432,
  keptBytes: 67_108_864,
  kept: 100,
};

interface Query {
  readonly id: string;
  readonly request: QueryRequest;
  readonly createdMs: number;
  readonly limit: Timer;
  status: (typeof STATUSES)[number];
  results: string;
  statistics: object;
  thread: Worker | undefined;
}

const PROGRAM = programPath('./query-thread', import.meta.url);
const MAX_HEAP_MB = 512;
const MAX_DESCRIBED = 1_000;

/** Makes the queries of a host; each runs in a thread of its own, which is ended when it takes too long. */
export function createQueries(
  now: () => number,
  onFault: OnFault,
  limits: QueryLimits = QUERY_LIMITS,
): Queries {
  const all = new Map<string, Query>();
  const ending = new Set<Promise<unknown>>();

  function withStatus(...statuses: readonly Query['status'][]): Query[] {
    return [...all.values()].filter(({ status }) => statuses.includes(status));
  }

  function next(): void {
    const [first] = withStatus('Scheduled');
    if (first !== undefined && withStatus('Running').length < limits.running) run(first);
  }

  function run(query: Query): void {
    query.status = 'Running';
    query.limit.set(limits.timeMs);
    const thread = new Worker(PROGRAM, {
      workerData: { ...query.request, maxBytes: limits.resultBytes } satisfies QueryJob,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    query.thread = thread;
    thread.unref();
    const failed = (why: string): void => {
      if (query.status !== 'Running') return;
      onFault(`the query ${query.id}`, why);
      finish(query, 'Failed');
    };
    thread.on('message', (end: QueryEnd) => {
      if (query.status !== 'Running') return;
      if ('failure' in end) return failed(end.failure);
      query.results = end.results;
      query.statistics = end.statistics;
      finish(query, 'Complete');
    });
    thread.on('error', (error) => failed(error.message));
    thread.on('exit', () => failed('its thread has ended'));
  }

  function finish(query: Query, status: Query['status']): void {
    query.status = status;
    query.limit.clear();
    if (query.thread !== undefined) {
      const ended: Promise<unknown> = query.thread.terminate().finally(() => ending.delete(ended));
      ending.add(ended);
    }
    query.thread = undefined;
    forgetOld();
    next();
  }

  function forgetOld(): void {
    const ended = withStatus('Complete', 'Failed', 'Cancelled', 'Timeout');
    let bytes = ended.reduce((sum, { results }) => sum + results.length, 0);
    for (const [i, { id, results }] of ended.entries()) {
      if (ended.length - i <= limits.kept && bytes <= limits.keptBytes) return;
      bytes -= results.length;
      all.delete(id);
    }
  }

  function find(input: Input): Query {
    const query = all.get(needed(input, 'queryId', 256));
    if (query !== undefined) return query;
    throw new LogsError(
      'ResourceNotFoundException',
      'The query does not exist, or is too old to be kept here.',
    );
  }

  return {
    start: (request) => {
      const waiting = withStatus('Scheduled').length;
      if (waiting >= limits.waiting) {
        const message = `LimitExceeded: ${waiting} queries wait for the ${limits.running} that run`;
        throw new LogsError('LimitExceededException', message);
      }
      const id = randomUUID();
      const expire = guarded('a query', onFault, () => {
        const query = all.get(id);
        if (query !== undefined) finish(query, 'Timeout');
      });
      all.set(id, {
        id,
        request,
        createdMs: now(),
        limit: createTimer(expire, true),
        status: 'Scheduled',
        results: '[]',
        statistics: {},
        thread: undefined,
      });
      next();
      return id;
    },
    results: (input) => {
      const { results, statistics, status } = find(input);
      const rest = JSON.stringify({ statistics, status, queryLanguage: 'CWLI' });
      return `{"results":${results},${rest.slice(1)}`;
    },
    stop: (input) => {
      const query = find(input);
      if (query.status !== 'Scheduled' && query.status !== 'Running') {
        throw invalid(`Query with id ${query.id} already ended with status ${query.status}`);
      }
      finish(query, 'Cancelled');
      return { success: true };
    },
    describe: (input) => {
      const status = oneOf(input, 'status', STATUSES);
      const group = text(input, 'logGroupName');
      const most = whole(input, 'maxResults', 1, MAX_DESCRIBED) ?? MAX_DESCRIBED;
      const found = [...all.values()]
        .filter((query) => status === undefined || query.status === status)
        .filter(({ request }) => group === undefined || request.names.includes(group));
      return {
        queries: found
          .reverse()
          .slice(0, most)
          .map(({ id, request, createdMs, status }) => ({
            queryId: id,
            queryLanguage: 'CWLI',
            queryString: request.query,
            status,
            createTime: createdMs,
            logGroupName: request.names[0],
          })),
      };
    },
    close: async () => {
      for (const query of withStatus('Scheduled', 'Running')) {
        query.status = 'Cancelled';
        query.limit.clear();
        if (query.thread !== undefined) ending.add(query.thread.terminate());
      }
      await Promise.all(ending);
    },
  };
}
