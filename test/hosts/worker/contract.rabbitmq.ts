/** Every function over AMQP, by the contract of all hosts; and what the worker says of itself. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { connect } from 'amqplib';
import { startRabbitmq } from '../../../rabbitmq/start-rabbitmq.ts';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import { writeEvent } from '../../../src/hosts/worker/message.ts';
import type { CallOutcome } from '../../contracts/function-cases.ts';
import { servedBy } from '../../contracts/function-hosts.ts';
import { functionsContract } from '../../contracts/functions.ts';
import { withEmulator } from '../../with-emulator.ts';
import { makeWorld } from '../emulated-world.ts';
import { startWorker } from './start-worker.ts';

const REPLY_TO = 'amq.rabbitmq.reply-to';

const place = await withEmulator();
const { world, environment, close } = await makeWorld(place);
const broker = await startRabbitmq();
const host = await startWorker({
  ...environment,
  AMQP_URL: broker.url,
  HOST_FUNCTIONS: servedBy('worker')
    .map(({ name }) => name)
    .join(','),
});
const connection = await connect(broker.url);
// The broker last.
after(async () => {
  await connection.close();
  await host.stop();
  await close();
  await broker.stop();
});
const channel = await connection.createChannel();
const waiting = new Map<string, (outcome: CallOutcome) => void>();
let count = 0;

await channel.consume(
  REPLY_TO,
  (reply) => {
    assert.ok(reply !== null);
    const { type, contentType, correlationId } = reply.properties;
    waiting.get(correlationId)?.(outcomeOf(type, contentType, reply.content));
  },
  { noAck: true },
);

functionsContract({
  name: 'worker',
  world,
  call(name, event) {
    count += 1;
    const correlationId = String(count);
    const { content, contentType } = writeEvent(event);
    return new Promise((resolve) => {
      waiting.set(correlationId, resolve);
      const properties = { correlationId, replyTo: REPLY_TO, contentType };
      channel.sendToQueue(`sheep-shed.${name}`, content, properties as object);
    });
  },
});

function outcomeOf(type: string, contentType: string | undefined, content: Buffer): CallOutcome {
  if (type === 'error') {
    const { errorMessage, code } = JSON.parse(content.toString()) as {
      errorMessage: string;
      code: ErrorCode;
    };
    return { kind: 'error', code, message: errorMessage };
  }
  if (contentType === undefined) return { kind: 'nothing' };
  if (contentType === 'application/json') return { kind: 'json', text: content.toString() };
  return { kind: 'bytes', type: contentType, bytes: new Uint8Array(content) };
}
