import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsumeMessage } from 'amqplib';
import fc from 'fast-check';
import { content } from '../../../src/domain/content.ts';
import { ShedError } from '../../../src/domain/errors.ts';
import { isReplyAddress, readBrokerAddress } from '../../../src/hosts/worker/broker-address.ts';
import { countedAgain, readEnvelope } from '../../../src/hosts/worker/envelope.ts';
import {
  readEvent,
  readResult,
  writeError,
  writeEvent,
  writeResult,
} from '../../../src/hosts/worker/message.ts';

const NOW = 1_700_000_000_000;
const asSent = ({ content: body, contentType }: ReturnType<typeof writeEvent>) =>
  readEvent(body, { contentType, contentEncoding: undefined });
/** Numbers that a double and JSON write alike; those beyond have a test of their own. */
const small = (_name: string, value: unknown) =>
  typeof value === 'number' ? Math.trunc(value % 1e9) || 0 : value;
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value), small) as unknown);

test('what is written is read again: JSON with exact integers, bytes, nothing', () => {
  fc.assert(
    fc.property(
      fc.record({ json, exact: fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }) }, { noNullPrototype: true }),
      (event) => {
        assert.deepEqual(asSent(writeEvent(event)), event);
        const { content: body, contentType } = writeResult(event);
        assert.deepEqual(readResult(body, contentType), event);
      },
    ),
  );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
      assert.deepEqual(asSent(writeEvent(bytes)), Buffer.from(bytes));
      assert.deepEqual(
        readEvent(Buffer.from(bytes), { contentType: undefined, contentEncoding: null }),
        Buffer.from(bytes),
      );
      const { content: body, contentType } = writeResult(content('image/webp', bytes));
      assert.deepEqual([readResult(body, contentType), contentType], [Buffer.from(bytes), 'image/webp']);
    }),
  );
  assert.equal(asSent(writeEvent(undefined)), undefined);
  assert.deepEqual(writeResult(undefined), { content: Buffer.alloc(0), type: 'result' });
});

/** Any unit of UTF-16, half of a pair too. */
const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

test('an error is valid JSON, whatever its message', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyUnit }), (errorMessage) => {
      const error = { errorType: 'ShedError', errorMessage, code: 'INVALID_INPUT' } as const;
      assert.deepEqual(JSON.parse(writeError(error).content.toString()), error);
    }),
  );
});

/** A property of AMQP is a text, or absent; only headers hold anything. */
const property = fc.oneof(fc.string(), fc.constant(undefined));
const anything = fc.oneof(fc.anything(), fc.string(), fc.nat(), fc.constant(undefined));

test('a body of any kind is an event, or refused with INVALID_INPUT', () => {
  const types = fc.oneof(
    fc.constantFrom('application/json', 'application/octet-stream', 'Application/JSON; charset=UTF-8'),
    property,
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), types, property, (body, contentType, contentEncoding) => {
      try {
        readEvent(Buffer.from(body), { contentType, contentEncoding });
      } catch (error) {
        assert.ok(error instanceof ShedError && error.code === 'INVALID_INPUT', String(error));
      }
    }),
  );
});

const messageOf = (properties: object, redelivered = false) =>
  ({
    fields: { deliveryTag: 1, redelivered },
    properties,
    content: Buffer.alloc(0),
  }) as unknown as ConsumeMessage;

test('properties and headers of any kind make an envelope', () => {
  const names = [
    'traceparent',
    'x-deadline',
    'x-sheep-shed-deliveries',
    'x-delivery-count',
    'x-correlation-id',
  ];
  const headers = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), anything);
  const properties = fc.record({
    headers: fc.oneof(headers, fc.constant(undefined)),
    messageId: property,
    correlationId: property,
    replyTo: fc.oneof(fc.string(), fc.constant(undefined)),
    expiration: property,
    timestamp: fc.oneof(fc.nat(), fc.constant(undefined)),
  });
  fc.assert(
    fc.property(properties, fc.boolean(), (given, redelivered) => {
      const envelope = readEnvelope(messageOf(given, redelivered), NOW);
      assert.match(envelope.requestId, /^[\w.:-]{1,128}$/);
      assert.match(envelope.correlationId, /^[\w.:-]{1,128}$/);
      assert.ok(Number.isInteger(envelope.deliveries) && envelope.deliveries >= 0);
      assert.equal(
        envelope.refusal === undefined,
        given.replyTo === undefined || isReplyAddress(given.replyTo),
      );
    }),
  );
});

test('deadline, attempts and names of a request', () => {
  const of = (properties: object, redelivered?: boolean) =>
    readEnvelope(messageOf(properties, redelivered), NOW);
  assert.equal(of({ headers: { 'x-deadline': NOW + 5 } }).deadline, NOW + 5);
  assert.equal(of({ expiration: '1000' }).deadline, NOW + 1000);
  assert.equal(of({ expiration: '1000', timestamp: NOW / 1000 - 10 }).deadline, NOW - 9000 + 1000);
  assert.equal(of({}).deadline, undefined);
  assert.deepEqual(
    [
      of({}, true),
      of({ headers: { 'x-delivery-count': 2 } }, true),
      of({ headers: { 'x-sheep-shed-deliveries': 3 } }),
    ].map(({ deliveries, isUncounted }) => [deliveries, isUncounted]),
    [
      [0, true],
      [2, false],
      [3, false],
    ],
  );
  const message = messageOf({ expiration: '1000', userId: 'me', headers: { CC: ['other'], a: 1 } }, true);
  assert.deepEqual(countedAgain(message, readEnvelope(message, NOW)), {
    expiration: '1000',
    headers: { a: 1, 'x-deadline': NOW + 1000, 'x-sheep-shed-deliveries': 1 },
  });
  const traced = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  assert.equal(of({ headers: traced, correlationId: 'c' }).correlationId, '0af7651916cd43dd8448eb211c80319c');
  assert.equal(of({ correlationId: 'c' }).correlationId, 'c');
});

test('addresses: of brokers, and of replies', () => {
  assert.deepEqual(readBrokerAddress('amqps://a%40b:c%2Fd@[::1]/v%2F1'), {
    connect: {
      protocol: 'amqps',
      hostname: '::1',
      port: 5671,
      vhost: 'v/1',
      username: 'a@b',
      password: 'c/d',
      heartbeat: 10,
    },
    shown: 'amqps://[::1]:5671/v%2F1',
  });
  for (const wrong of [
    '',
    'a',
    'http://a',
    'amqp://',
    'amqp://a/b/c',
    'amqp://a?heartbeat=0',
    'amqp://a/%zz',
  ]) {
    assert.equal(readBrokerAddress(wrong), undefined, wrong);
  }
  for (const right of ['replies', 'amq.rabbitmq.reply-to.g1h2AA5y+/==.x', 'amq.gen-Xa9_-'])
    assert.ok(isReplyAddress(right));
  for (const wrong of ['', 'exchange/key', 'amqp://a/b', 'a b', 'ä', 'x'.repeat(201), 'a\n']) {
    assert.ok(!isReplyAddress(wrong), wrong);
  }
});
