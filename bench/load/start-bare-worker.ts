import { fileURLToPath } from 'node:url';
import { amqpConnect } from './amqp-connection.ts';
import { type BareServer, startBare } from './start-bare-server.ts';

const WORKER = fileURLToPath(new URL('./bare-worker.ts', import.meta.url));

/**
 * Starts a consumer that replies to every request at once, in a process of its own, which ends with this one: no
 * function, no record, no acknowledgement. What is sent to it comes back.
 * @param broker its address.
 * @throws as `startBareServer`.
 */
export async function startBareWorker(broker: string, signal: AbortSignal): Promise<BareServer> {
  const { said, ...server } = await startBare(WORKER, [broker], signal);
  const connect = amqpConnect({
    url: broker,
    requestOf: ({ path }) => ({ queue: String(said['queue']), content: JSON.stringify({ path }) }),
    answerOf: (_request, isError, body) => ({ status: isError ? 500 : 200, body }),
  });
  return { ...server, url: `amqp://${new URL(broker).host}`, connect };
}
