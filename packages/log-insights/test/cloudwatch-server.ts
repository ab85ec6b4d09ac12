import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer: a status and a body in AWS's JSON. */
export interface Answer {
  readonly status?: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A request as the server saw it: the operation and its parameters. */
export interface Seen {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A server that answers as CloudWatch Logs does, from a script per operation; the last answer repeats. */
export interface CloudWatchServer {
  readonly url: string;
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

/** Starts a server on a free port of the loopback interface. */
export async function startCloudWatch(
  script: Readonly<Record<string, readonly Answer[]>>,
): Promise<CloudWatchServer> {
  const seen: Seen[] = [];
  const used = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const operation =
      String(request.headers['x-amz-target'] ?? '')
        .split('.')
        .pop() ?? '';
    seen.push({ operation, input: JSON.parse((await bodyOf(request)) || '{}') });
    const answers = script[operation] ?? [
      { status: 400, body: { __type: 'UnknownOperationException', message: operation } },
    ];
    const index = used.get(operation) ?? 0;
    used.set(operation, index + 1);
    const answer = answers[Math.min(index, answers.length - 1)];
    response.writeHead(answer?.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer?.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
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
