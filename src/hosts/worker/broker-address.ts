import type { Options } from 'amqplib';

/** Where a broker is, and how it is entered. */
export interface BrokerAddress {
  readonly connect: Options.Connect;
  /** Without user and password, for messages. */
  readonly shown: string;
}

/** What {@link readBrokerAddress} takes, in words that follow "must be". */
export const BROKER_ADDRESS =
  'amqp:// or amqps://, user and password if needed, host, port and virtual host, such as amqp://user:password@127.0.0.1:5672/vhost';

/** What names of queues are made of, in words that follow "must be". */
export const QUEUE_NAME = '1 to 200 letters, digits, ".", "_", ":" or "-"';

const PORTS: Readonly<Record<string, number>> = { 'amqp:': 5672, 'amqps:': 5671 };
/** Seconds: a broker that is silent for two of them is lost. */
const HEARTBEAT = 10;
// What the broker makes of `amq.rabbitmq.reply-to` and of a queue without a name has other letters.
const OF_THE_BROKER = /^amq\.(rabbitmq\.reply-to|gen)[\w.+/=-]{1,230}$/;

/** Reads an address as RabbitMQ's URI specification has it; undefined: it is none. */
export function readBrokerAddress(text: string): BrokerAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, pathname, username, password, search, hash } = new URL(text);
  const byDefault = PORTS[protocol];
  const host = hostname.replace(/^\[|\]$/g, '');
  const isPlain = search === '' && hash === '' && !pathname.slice(1).includes('/');
  if (byDefault === undefined || host === '' || !isPlain) return undefined;
  try {
    const vhost = pathname.length > 1 ? decodeURIComponent(pathname.slice(1)) : '/';
    const credentials =
      username === '' && password === ''
        ? { username: 'guest', password: 'guest' }
        : { username: decodeURIComponent(username), password: decodeURIComponent(password) };
    const at = { protocol: protocol.slice(0, -1), hostname: host, port: Number(port) || byDefault, vhost };
    return {
      connect: { ...at, ...credentials, heartbeat: HEARTBEAT },
      shown: `${protocol}//${hostname}:${at.port}${vhost === '/' ? '' : `/${encodeURIComponent(vhost)}`}`,
    };
  } catch {
    return undefined;
  }
}

/** Whether a text is a plain name of a queue: neither an exchange with a key nor an address of another kind. */
export function isQueueName(text: string): boolean {
  return /^[\w.:-]{1,200}$/.test(text);
}

/** Whether replies can be sent to it: a plain name of a queue, or one that the broker has made. */
export function isReplyAddress(text: string): boolean {
  return isQueueName(text) || OF_THE_BROKER.test(text);
}
