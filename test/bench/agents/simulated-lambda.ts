// A child process that answers as Lambda's API does, with agents that follow every message and send no load. It tells its
// parent its port, and ends with it.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMessage } from '../../../bench/agents/agent/read-message.ts';
import { type FromAgent, type Piece, sayLine } from '../../../bench/agents/protocol.ts';
import { arrivalTimes } from '../../../bench/load/arrivals.ts';
import { histogram } from '../../../bench/statistics/histogram.ts';
import { splitmix32 } from '../../../bench/world/random.ts';
import { encodeEvent } from '../../../packages/local-lambda/src/lambda-api/event-stream.ts';

const random = splitmix32(1);
const idle: string[] = [];
let environments = 0;
let underWay = 0;
let most = 0;

const server = createServer(async (request, response) => {
  const receivedAt = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const message = readMessage(JSON.parse(Buffer.concat(chunks).toString()), receivedAt);
  const environment = idle.pop() ?? `e${environments++}`;
  most = Math.max(most, ++underWay);
  const say = (said: FromAgent) =>
    response.write(encodeEvent('PayloadChunk', 'application/octet-stream', Buffer.from(sayLine(said))));
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
  say({ kind: 'ready', environment, served: 1, receivedAt, saidAt: Date.now() });
  if (message.kind === 'greeting') await sleep(message.holdMs);
  else {
    await sleep(Math.max(0, message.beginsAt + 1000 - Date.now()));
    say(doneOf(message));
  }
  response.end(encodeEvent('InvokeComplete', 'application/json', Buffer.from('{}')));
  underWay--;
  idle.push(environment);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.({ environments, most }));

/** What a piece would have come to: its own number of calls, with latencies from 1 ms to 1 s. */
function doneOf({ amount }: Piece): FromAgent {
  const latency = histogram();
  let calls = 0;
  if (amount.model === 'open') {
    for (const _ of arrivalTimes({ ...amount.plan, calls: undefined }, amount.share)) {
      latency.record(10 ** (3 + (3 * random()) / 2 ** 32));
      calls++;
    }
  }
  const load = {
    model: amount.model,
    calls,
    latency: latency.toData(),
    statuses: { 200: calls },
    lost: 0,
    timedOut: 0,
    dropped: 0,
    wrong: 0,
    firstWrong: [],
    elapsedMs: 1000,
    connectMs: [],
  };
  return { kind: 'done', load, added: calls, lateMs: 1, lostWhy: [] };
}
