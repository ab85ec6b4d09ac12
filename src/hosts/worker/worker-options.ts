import type { Option, OptionTable } from '@sheep-shed/options';
import { filePath, wholeNumber, wordOf } from '@sheep-shed/options/readers';
import { BROKER_ADDRESS, isQueueName, QUEUE_NAME, readBrokerAddress } from './broker-address.ts';
import { DEFAULT_QUEUE_PREFIX } from './queue-prefix.ts';

const queueName = {
  allowed: QUEUE_NAME,
  read: ([given = '']: readonly string[]) => (isQueueName(given) ? given : undefined),
};

/** What the worker has of options besides those of every host. */
export const WORKER_OPTIONS = {
  broker: {
    env: 'AMQP_URL',
    isSecret: true,
    help: 'the broker',
    default: 'amqp://127.0.0.1:5672',
    allowed: BROKER_ADDRESS,
    read: ([given = '']) => (readBrokerAddress(given) === undefined ? undefined : given),
  } satisfies Option<string>,
  username: {
    env: 'AMQP_USERNAME',
    help: "user, instead of the broker's address",
    allowed: 'a text',
    read: ([given = '']) => (given === '' ? undefined : given),
  } satisfies Option<string>,
  password: {
    env: 'AMQP_PASSWORD',
    isSecret: true,
    help: "password, instead of the broker's address",
    allowed: 'a text',
    read: ([given = '']) => (given === '' ? undefined : given),
  } satisfies Option<string>,
  tlsCa: {
    env: 'AMQP_TLS_CA',
    help: 'PEM file of the authority that vouches for an amqps:// broker',
    ...filePath,
  } satisfies Option<string>,
  tlsCert: {
    env: 'AMQP_TLS_CERT',
    help: "PEM file of the worker's own certificate",
    ...filePath,
  } satisfies Option<string>,
  tlsKey: { env: 'AMQP_TLS_KEY', help: 'PEM file of its key', ...filePath } satisfies Option<string>,
  queuePrefix: {
    env: 'AMQP_QUEUE_PREFIX',
    help: "what stands before a function's name in the name of its queue",
    default: DEFAULT_QUEUE_PREFIX,
    ...queueName,
  } satisfies Option<string>,
  queue: {
    env: 'AMQP_QUEUE',
    help: 'kind of the queues; transient: they and their requests end with the broker or the last worker',
    default: 'durable',
    ...wordOf(['durable', 'quorum', 'transient']),
  } satisfies Option<'durable' | 'quorum' | 'transient'>,
  delivery: {
    env: 'AMQP_DELIVERY',
    help: 'acknowledge a request when its reply is confirmed, or before its call',
    default: 'at-least-once',
    ...wordOf(['at-least-once', 'at-most-once']),
  } satisfies Option<'at-least-once' | 'at-most-once'>,
  attempts: {
    env: 'AMQP_ATTEMPTS',
    help: 'deliveries of one request after which it becomes a dead letter',
    default: 5,
    ...wholeNumber(1, 20),
  } satisfies Option<number>,
  deadLetterExchange: {
    env: 'AMQP_DEAD_LETTER_EXCHANGE',
    help: 'exchange (fanout) for dead letters, and name of the queue that keeps them',
    default: `${DEFAULT_QUEUE_PREFIX}dead-letters`,
    ...queueName,
  } satisfies Option<string>,
  maxPriority: {
    env: 'AMQP_MAX_PRIORITY',
    help: 'highest priority of a request; 0: the queues have no priorities',
    default: 0,
    ...wholeNumber(0, 255),
  } satisfies Option<number>,
} satisfies OptionTable;
