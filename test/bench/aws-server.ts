import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A deployed dog with its Lambda and CloudWatch Logs APIs on one server: cold after each change of its variables. */
export interface AwsServer {
  readonly url: string;
  /** The variables of the function now. */
  readonly variables: () => Readonly<Record<string, string>>;
  /** Every value that the variables had, as JSON, oldest first. */
  readonly history: readonly string[];
  /** Whether each invocation of the function was cold. */
  readonly invocations: readonly boolean[];
  close(): Promise<void>;
}

/** Starts the server on a free port of the loopback interface. @param functionName its only function. */
export async function startAws(functionName: string): Promise<AwsServer> {
  let variables: Record<string, string> = { SHEEP_SHED_TABLE: 'sheep' };
  const history = [JSON.stringify(variables)];
  const invocations: boolean[] = [];
  const queries: string[] = [];
  let isCold = true;
  // Lambda takes over a change a moment later: the first look afterwards still sees it under way.
  let looksUntilUpdated = 0;

  const configuration = () => {
    const LastUpdateStatus = looksUntilUpdated-- > 0 ? 'InProgress' : 'Successful';
    const Environment = { Variables: variables };
    const about = { Runtime: 'nodejs24.x', Architectures: ['arm64'], MemorySize: 128, CodeSize: 1000 };
    return { FunctionName: functionName, State: 'Active', LastUpdateStatus, Environment, ...about };
  };
  const answerLambda = async (request: IncomingMessage): Promise<readonly [number, unknown]> => {
    if (request.url !== `/2015-03-31/functions/${functionName}/configuration`) {
      return [404, { Type: 'User', Message: `Function not found: ${request.url}` }];
    }
    if (request.method === 'PUT') {
      variables = JSON.parse(await bodyOf(request)).Environment.Variables;
      history.push(JSON.stringify(variables));
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
  const answerDog = (request: IncomingMessage): readonly [number, unknown] => {
    if (request.url !== '/dog') return [404, { message: 'Not Found' }];
    invocations.push(isCold);
    isCold = false;
    return [200, { count: 0 }];
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const [status, body] = request.headers['x-amz-target']
      ? await answerLogs(request)
      : request.url?.startsWith('/2015-03-31/')
        ? await answerLambda(request)
        : answerDog(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    variables: () => variables,
    history,
    invocations,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
