import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A deployed cat whose memory size can be changed, with the APIs of Lambda and CloudWatch Logs on one server. */
export interface MemoryServer {
  readonly url: string;
  /** Every memory size that the function had, oldest first. */
  readonly history: readonly number[];
  close(): Promise<void>;
}

/**
 * Starts the server on a free port of the loopback interface.
 * @param functionName its only function. @param durationMs of a warm call, by memory size in MB.
 */
export async function startMemoryServer(
  functionName: string,
  durationMs: (memoryMb: number) => number,
): Promise<MemoryServer> {
  const history = [128];
  const memoryMb = () => history.at(-1) ?? 0;
  let calls = 0;
  // Lambda takes over a change a moment later: the first look afterwards still sees it under way.
  let looksUntilUpdated = 0;

  const lambda = async (request: IncomingMessage): Promise<readonly [number, unknown]> => {
    if (request.url !== `/2015-03-31/functions/${functionName}/configuration`)
      return [404, { Type: 'User', Message: `Function not found: ${request.url}` }];
    if (request.method === 'PUT') {
      history.push(JSON.parse(await bodyOf(request)).MemorySize);
      looksUntilUpdated = 1;
      calls = 0;
    }
    const LastUpdateStatus = looksUntilUpdated-- > 0 ? 'InProgress' : 'Successful';
    const about = { Runtime: 'nodejs24.x', Architectures: ['arm64'], MemorySize: memoryMb() };
    return [200, { FunctionName: functionName, State: 'Active', LastUpdateStatus, ...about }];
  };
  const logs = async (request: IncomingMessage): Promise<readonly [number, unknown]> => {
    const { queryString } = JSON.parse(await bodyOf(request));
    if (String(request.headers['x-amz-target']).endsWith('StartQuery')) {
      // Lambda Insights is off: its log group is not there.
      return String(queryString).includes('cpu_total_time')
        ? [400, { __type: 'ResourceNotFoundException', message: 'no such log group' }]
        : [200, { queryId: '1' }];
    }
    const rows = Array.from({ length: calls }, (_, k) => [
      { field: 'duration_ms', value: String(durationMs(memoryMb())) },
      ...(k === 0 ? [{ field: 'init_ms', value: '80' }] : []),
    ]);
    return [200, { status: 'Complete', results: rows }];
  };
  const server = createServer(async (request, response) => {
    const answer = async () => {
      if (request.headers['x-amz-target']) return logs(request);
      if (request.url?.startsWith('/2015-03-31/')) return lambda(request);
      calls += 1;
      return [200, { result: 2045 }] as const;
    };
    const [status, body] = await answer();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    history,
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
