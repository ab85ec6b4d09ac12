import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { memoryShed } from '../../../src/adapters/memory/memory-shed.ts';
import { run as deleteWolf } from '../../../src/functions/delete-wolf/run.ts';
import { run as getCat } from '../../../src/functions/get-cat/run.ts';
import { run as getDog } from '../../../src/functions/get-dog/run.ts';
import { run as postSheep } from '../../../src/functions/post-sheep/run.ts';
import { answerTo, failureAnswer, type HttpAnswer } from '../../../src/hosts/http-answer.ts';

/** A shed over HTTP in this process: the portable functions on the shed in memory. */
export interface ShedServer {
  readonly url: string;
  /** Answers by method and first part of the path, such as `GET /cat`. */
  readonly served: Map<string, number>;
  /** Takes the place of the next answers, where it gives one. */
  replace: ((method: string, path: string) => HttpAnswer | undefined) | undefined;
  close(): void;
}

const log = { warn: () => undefined, error: () => undefined };

/** Starts one with so many sheep, on a free port of the loopback interface. */
export async function shedServer(count: number): Promise<ShedServer> {
  const shed = memoryShed();
  for (let i = 1; i <= count; i++) await shed.add({ tattoo: BigInt(i), weight: 80_000_000_000 + i });
  const context = {
    requestId: 'a-call',
    correlationId: 'a-call',
    log,
    random: Math.random,
    remainingTimeMs: () => 1000,
    shed,
    catMaxSteps: 20_000_000,
  };
  const answer = async (method: string, url: URL): Promise<HttpAnswer> => {
    const [, word, tattoo] = url.pathname.split('/');
    try {
      if (word === 'cat') return answerTo(200, await getCat(Object.fromEntries(url.searchParams), context));
      if (word === 'dog') return answerTo(200, await getDog({}, context));
      if (word === 'wolf') return answerTo(204, await deleteWolf({}, context));
      if (word === 'sheep' && method === 'POST') return answerTo(201, await postSheep({ tattoo }, context));
      return answerTo(404, { message: 'Not Found' });
    } catch (error) {
      return failureAnswer(error, context.requestId, log);
    }
  };
  const served = new Map<string, number>();
  const server: Server = createServer(async ({ method = '', url: path = '' }, response) => {
    const url = new URL(path, 'http://shed');
    const name = `${method} /${url.pathname.split('/')[1]}`;
    served.set(name, (served.get(name) ?? 0) + 1);
    const { status, headers, body } = shedOf.replace?.(method, path) ?? (await answer(method, url));
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const shedOf: ShedServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    replace: undefined,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return shedOf;
}
