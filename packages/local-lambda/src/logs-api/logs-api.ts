import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { DEFAULT_REGION, LOCAL_ACCOUNT_ID } from '../deployment-package/template.ts';
import type { OnFault } from '../fault-boundary.ts';
import type { GatewayAnswer } from '../gateway/answer.ts';
import type { LogStore } from '../logs/log-store.ts';
import { RETENTION_DAYS } from '../logs/retention.ts';
import { groupOf, groupOfIdentifier, type Input, needed, oneOf, parseInput, texts, whole } from './input.ts';
import { invalid, LogsError } from './logs-error.ts';
import { createQueries, type Queries } from './queries.ts';
import { existingGroup, READ_OPERATIONS, type ReadContext } from './read-logs.ts';
import { createLogReader, type LogReader } from './reader.ts';

/** What the API of the logs needs. */
export interface LogsApiOptions {
  /** Root of the log groups on disk. */
  readonly root: string;
  readonly store: LogStore;
  /** Of the ARNs, for clients that sign for none. */
  readonly region: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onFault: OnFault;
}

/** CloudWatch Logs over a host's own log groups. */
export interface LogsApi {
  handle(request: Pick<IncomingMessage, 'headers'>, body: Buffer): Promise<GatewayAnswer>;
  /** Answers `{"lines":[…]}`: the last events of groups together, the oldest first. */
  lastLines(groups: readonly string[], limit: number): Promise<GatewayAnswer>;
  close(): Promise<void>;
}

const PREFIX = 'Logs_20140328.';
const MAX_QUERY_LENGTH = 10_000;
const MAX_QUERY_GROUPS = 50;
const MAX_ROWS = 10_000;
/** Of a query's window; what is later is no time in seconds. */
const MAX_SECONDS = 253_402_300_799;

/** Whether a request is one to CloudWatch Logs, and not to the HTTP API. */
export function isLogsApi({ url, headers }: Pick<IncomingMessage, 'url' | 'headers'>): boolean {
  // Every request is asked this: most have a longer path.
  return url === '/' && String(headers['x-amz-target']).startsWith(PREFIX);
}

/** The answer of the API in its protocol. @param body is JSON already where it is a text. */
export function logsAnswer(status: number, body: object | string): GatewayAnswer {
  return {
    status,
    headers: ['content-type', 'application/x-amz-json-1.1', 'x-amzn-requestid', randomUUID()],
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/**
 * Makes the API of CloudWatch Logs (AWS JSON 1.1) for AWS's SDKs and command line with `--endpoint-url`: groups, streams,
 * events, retention and the queries of Logs Insights. It reads in threads, so that invocations do not wait. Signatures
 * are not checked.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html
 */
export function createLogsApi({ root, store, region, now, onFault }: LogsApiOptions): LogsApi {
  const reader: LogReader = createLogReader(onFault);
  const queries: Queries = createQueries(now, onFault);

  async function answer(operation: string, body: Buffer, context: ReadContext): Promise<object | string> {
    const input = parseInput(body);
    if (Object.hasOwn(READ_OPERATIONS, operation)) {
      store.flush();
      return reader.read(operation, input, context);
    }
    switch (operation) {
      case 'PutRetentionPolicy':
        await store.keepFor(existingGroup(groupOf(input), context), retentionOf(input));
        return {};
      case 'DeleteRetentionPolicy':
        await store.keepFor(existingGroup(groupOf(input), context), undefined);
        return {};
      case 'StartQuery':
        return { queryId: await startQuery(input, context) };
      case 'GetQueryResults':
        return queries.results(input);
      case 'StopQuery':
        return queries.stop(input);
      case 'DescribeQueries':
        return queries.describe(input);
      default:
        throw new LogsError('UnknownOperationException', `${operation} is not served here`);
    }
  }

  async function startQuery(input: Input, context: ReadContext): Promise<string> {
    const query = needed(input, 'queryString', MAX_QUERY_LENGTH);
    oneOf(input, 'queryLanguage', ['CWLI']);
    const start = whole(input, 'startTime', 0, MAX_SECONDS);
    const end = whole(input, 'endTime', 0, MAX_SECONDS);
    if (start === undefined || end === undefined) throw invalid('startTime and endTime must not be null');
    if (start > end) {
      throw new LogsError(
        'MalformedQueryException',
        "Query's end date and time is either before the start date and time",
      );
    }
    const limit = whole(input, 'limit', 1, MAX_ROWS) ?? MAX_ROWS;
    const names = groupsOfQuery(input);
    const groups = names.map((name) => existingGroup(name, context));
    store.flush();
    await reader.read('CheckQuery', { queryString: query }, context);
    const window = { from: start * 1_000, to: end * 1_000 };
    return queries.start({ root, groups, names, query, window, nowMs: now(), limit });
  }

  return {
    handle: async ({ headers }, body) => {
      const operation = String(headers['x-amz-target']).slice(PREFIX.length);
      const scope = /Credential=[^/,\s]+\/\d+\/([\w-]+)\//.exec(headers.authorization ?? '')?.[1];
      const arnPrefix = `arn:aws:logs:${scope ?? region ?? DEFAULT_REGION}:${LOCAL_ACCOUNT_ID}:log-group:`;
      const plainNames = [...store.groups].filter((name) => !name.startsWith('/'));
      const context = { root, plainNames, arnPrefix, retention: store.retention };
      return answered(answer(operation, body, context));
    },
    lastLines: (groups, limit) => {
      store.flush();
      const context = { root, plainNames: [], arnPrefix: '', retention: {} };
      return answered(reader.read('LastLines', { groups, limit }, context));
    },
    close: async () => {
      await Promise.all([reader.close(), queries.close()]);
    },
  };
}

async function answered(body: Promise<object | string>): Promise<GatewayAnswer> {
  try {
    return logsAnswer(200, await body);
  } catch (error) {
    if (!(error instanceof LogsError)) throw error;
    const { code, message, more } = error;
    const status = code === 'ServiceUnavailableException' ? 503 : 400;
    return logsAnswer(status, { __type: code, message, ...more });
  }
}

function groupsOfQuery(input: Input): readonly string[] {
  const one = input['logGroupName'] === undefined ? undefined : [groupOf(input)];
  const many = texts(input, 'logGroupNames');
  const identified = texts(input, 'logGroupIdentifiers')?.map(groupOfIdentifier);
  const given = [one, many, identified].filter((names) => names !== undefined);
  const [names] = given;
  if (names === undefined || given.length > 1) {
    throw invalid('Give one of logGroupName, logGroupNames and logGroupIdentifiers');
  }
  if (names.length <= MAX_QUERY_GROUPS) return [...new Set(names)];
  throw invalid(`a query takes at most ${MAX_QUERY_GROUPS} log groups, not ${names.length}`);
}

function retentionOf(input: Input): number {
  const days = whole(input, 'retentionInDays', 1, Number.MAX_SAFE_INTEGER);
  if (days !== undefined && RETENTION_DAYS.includes(days)) return days;
  throw invalid(
    `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
  );
}
