/** What the worker makes of a broker that closes a connection before it is open; on a server that says nothing else. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { readBrokerAddress } from '../../../src/hosts/worker/broker-address.ts';
import { keepConnected } from '../../../src/hosts/worker/connection.ts';

// Methods of class 10, connection: https://www.rabbitmq.com/amqp-0-9-1-reference
const START = frame(10, Buffer.from([0, 9, 0, 0, 0, 0]), longText('PLAIN'), longText('en_US'));
const TUNE = frame(30, Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]));

const closed = (code: number, text: string) =>
  frame(50, Buffer.from([code >> 8, code & 255, text.length]), Buffer.from(text), Buffer.alloc(4));
const SHUT_DOWN = closed(320, "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'");
const NO_VHOST = closed(530, 'NOT_ALLOWED - vhost nowhere not found');

test('a broker that shuts down during the first connection is tried again, a wrong virtual host ends it', async (t) => {
  // Nothing but what it says tells them apart, and amqplib does not hand that on.
  const answers = [SHUT_DOWN, undefined, NO_VHOST, NO_VHOST, NO_VHOST];
  let connections = 0;
  const server = createServer((socket) => {
    const answer = answers[connections];
    connections += 1;
    socket.on('error', () => undefined);
    socket.once('data', () => {
      // The broker that shut down is gone by then.
      if (answer === undefined) {
        socket.destroy();
        return;
      }
      socket.write(START);
      socket.once('data', () => {
        socket.write(TUNE);
        socket.once('data', () => socket.end(answer));
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = readBrokerAddress(`amqp://127.0.0.1:${(server.address() as AddressInfo).port}/nowhere`);
  assert.ok(address);
  const connection = keepConnected({
    address,
    setUp: () => assert.fail('it is never open'),
    onLost: () => assert.fail('it was never open'),
    onBlocked: () => undefined,
    onFault: (error) => assert.fail(String(error)),
    notice: () => undefined,
    random: () => 0,
  });
  t.after(connection.close);
  await assert.rejects(connection.ready, /refuses user, password or virtual host/);
  assert.equal(connections, answers.length);
});

/** A method without a channel, in its frame. */
function frame(method: number, ...fields: readonly Buffer[]): Buffer {
  const payload = Buffer.concat([Buffer.from([0, 10, 0, method]), ...fields]);
  const head = Buffer.alloc(7);
  head.writeUInt8(1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([0xce])]);
}

function longText(text: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(text.length);
  return Buffer.concat([size, Buffer.from(text)]);
}
