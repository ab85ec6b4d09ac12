import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A deployed dog with the APIs of Lambda, API Gateway and CloudWatch Logs on one server: cold after each change of its variables. */
export interface AwsServer {
  readonly url: string;
  /** The variables of the function now. */
  readonly variables: () => Readonly<Record<string, string>>;
  /** Every value that the variables had, as JSON, oldest first. */
  readonly history: readonly string[];
  /** Every memory size of the function in MB, oldest first. */
  readonly memoryHistory: readonly number[];
  /** The requests for limits, each as the region that it was signed for, method and path. */
  readonly limitsAsked: readonly string[];
  /** Whether each invocation of the function was cold. */
  readonly invocations: readonly boolean[];
  close(): Promise<void>;
}

/** The limits that the server tells. */
export interface ServedLimits {
  readonly stage: { readonly ThrottlingRateLimit: number; readonly ThrottlingBurstLimit: number };
  readonly unreserved: number;
  readonly reserved?: number;
}

/**
 * Starts the server on a free port of the loopback interface.
 * @param functionName its only function.
 * @param limits nobody may ask for them where absent, or for those of the API `forbidden`.
 */
export async function startAws(functionName: string, limits?: ServedLimits): Promise<AwsServer> {
  let variables: Record<string, string> = { SHEEP_SHED_TABLE: 'sheep' };
  const history = [JSON.stringify(variables)];
  const memoryHistory = [128];
  const invocations: boolean[] = [];
  const queries: string[] = [];
  const limitsAsked: string[] = [];
  let isCold = true;
  // Lambda takes over a change a moment later: the first look afterwards still sees it under way.
  let looksUntilUpdated = 0;

  const configuration = () => {
    const LastUpdateStatus = looksUntilUpdated-- > 0 ? 'InProgress' : 'Successful';
    const Environment = { Variables: variables };
    const about = {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: memoryHistory.at(-1),
      CodeSize: 1000,
    };
    return { FunctionName: functionName, State: 'Active', LastUpdateStatus, Environment, ...about };
  };
  const answerLambda = async (request: IncomingMessage): Promise<readonly [number, unknown]> => {
    if (request.url !== `/2015-03-31/functions/${functionName}/configuration`) {
      return [404, { Type: 'User', Message: `Function not found: ${request.url}` }];
    }
    if (request.method === 'PUT') {
      const { Environment, MemorySize } = JSON.parse(await bodyOf(request));
      if (MemorySize !== undefined) memoryHistory.push(MemorySize);
      if (Environment !== undefined) {
        variables = Environment.Variables;
        history.push(JSON.stringify(variables));
      }
      isCold = true;
      looksUntilUpdated = 1;
    }
    return [200, configuration()];
  };
  const answerLogs = async (request: IncomingMessage): Promise<readonly [number, unknown]> => {
    const input = JSON.parse(await bodyOf(request));
    if (String(request.headers['x-amz-target']).endsWith('StartQuery')) {
      return [200, { queryId: String(queries.push(input.queryString) - 1) }];
    }
    const isList = queries[Number(input.queryId)]?.includes('init_ms, duration_ms') === true;
    const forced = invocations.slice(-Number(variables['SHEEP_SHED_BENCH_COLD_START'] ?? coldStarts()));
    const row = (cold: boolean) => ({
      duration_ms: '2.5',
      billed_ms: '103',
      ...(cold ? { init_ms: '100.5' } : {}),
    });
    const rows = isList
      ? forced.map(row)
      : [{ function_name: functionName, invocations: String(invocations.length), billedSum: '9' }];
    const results = rows.map((one) => Object.entries(one).map(([field, value]) => ({ field, value })));
    return [200, { status: 'Complete', results }];
  };
  const coldStarts = () => history.filter((text) => text.includes('COLD_START')).length;
  const answerLimits = ({ url = '', method, headers }: IncomingMessage): readonly [number, unknown] => {
    const region = /Credential=[^/]+\/\d+\/([^/]+)/.exec(headers.authorization ?? '')?.[1];
    limitsAsked.push(`${region} ${method} ${url}`);
    if (limits === undefined || url.includes('/forbidden/'))
      return [403, { __type: 'AccessDeniedException', message: `no ${method} ${url}` }];
    const { stage, unreserved, reserved } = limits;
    if (url.startsWith('/v2/'))
      return [200, { stageName: '$default', defaultRouteSettings: pascalToCamel(stage) }];
    if (url.endsWith('/concurrency')) return [200, { ReservedConcurrentExecutions: reserved }];
    const AccountLimit = { ConcurrentExecutions: unreserved, UnreservedConcurrentExecutions: unreserved };
    return [200, { AccountLimit }];
  };
  const answerDog = (request: IncomingMessage): readonly [number, unknown] => {
    if (!/^(\/_aws\/execute-api\/\w+\/%24default)?\/dog$/.test(request.url ?? ''))
      return [404, { message: 'Not Found' }];
    invocations.push(isCold);
    isCold = false;
    return [200, { count: 0 }];
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const [status, body] = request.headers['x-amz-target']
      ? await answerLogs(request)
      : request.url?.startsWith('/2015-03-31/')
        ? await answerLambda(request)
        : /^\/(2016-08-19|2019-09-30|v2)\//.test(request.url ?? '')
          ? answerLimits(request)
          : answerDog(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    variables: () => variables,
    history,
    memoryHistory,
    limitsAsked,
    invocations,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** API Gateway writes its fields in camel case, and the SDK names them in Pascal case. */
function pascalToCamel(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
