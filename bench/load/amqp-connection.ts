import { type Channel, type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
import type { Connect, Connection, ConnectionOptions, Outcome } from './connection.ts';
import type { BenchAnswer, BenchRequest } from './exchange.ts';

/** How requests and replies of HTTP stand in AMQP. */
export interface AmqpBinding {
  /** Of the broker, with user and password. */
  readonly url: string;
  /** The queue and the event, in JSON, of a request. */
  readonly requestOf: (request: BenchRequest) => { readonly queue: string; readonly content: string };
  /** The answer that a reply means. @param isError whether the function failed. */
  readonly answerOf: (request: BenchRequest, isError: boolean, content: string) => BenchAnswer;
}

interface Waiting {
  answered(reply: ConsumeMessage): void;
  lost(problem: string): void;
}

/** One connection and channel to the broker, which all connections of a load share. */
interface Session {
  isLost: boolean;
  readonly channel: Channel;
  readonly waiting: Map<string, Waiting>;
  close(): void;
}

/** https://www.rabbitmq.com/docs/direct-reply-to */
const DIRECT_REPLY_TO = 'amq.rabbitmq.reply-to';

/**
 * Makes connections that speak the worker's protocol: persistent requests with direct reply-to, each sent once. All
 * connections share one channel, so that N connections are N requests under way, as in a client of the worker.
 */
export function amqpConnect(binding: AmqpBinding): Connect {
  let opening: Promise<Session> | undefined;
  let users = 0;
  let count = 0;

  async function open(onConnected: (millis: number) => void): Promise<Session> {
    const from = performance.now();
    const session = await openSession(binding.url, () => {
      opening = undefined;
    });
    onConnected(performance.now() - from);
    return session;
  }

  return ({ timeoutSeconds, onConnected }: ConnectionOptions): Connection => {
    let session: Session | undefined;
    let underWay: Waiting | undefined;
    let isClosed = false;
    const ready = async (): Promise<Session> => {
      if (isClosed) throw new Error('the connection was closed');
      if (session?.isLost === false) return session;
      if (opening === undefined) {
        opening = open(onConnected);
        opening.catch(() => {
          opening = undefined;
        });
      }
      session = await opening;
      return session;
    };
    users += 1;
    return {
      isOpen: () => session?.isLost === false,
      open: async () => {
        await ready();
      },
      send: async (request) => {
        const from = performance.now();
        const failed = (problem: string): Outcome => ({
          answer: undefined,
          problem,
          isTimedOut: false,
          sentAt: from,
          endedAt: performance.now(),
        });
        const opened = await ready().catch((error: Error) => error);
        if (opened instanceof Error) return failed(opened.message);
        count += 1;
        const { outcome, waiting } = exchange(opened, `${count}`, request, binding, timeoutSeconds * 1000);
        underWay = waiting;
        return outcome;
      },
      close: () => {
        if (isClosed) return;
        isClosed = true;
        underWay?.lost('the connection was closed');
        users -= 1;
        if (users > 0) return;
        opening?.then((one) => one.close()).catch(() => undefined);
        opening = undefined;
      },
    };
  };
}

function exchange(
  { channel, waiting }: Session,
  correlationId: string,
  request: BenchRequest,
  { requestOf, answerOf }: AmqpBinding,
  timeoutMs: number,
): { readonly outcome: Promise<Outcome>; readonly waiting: Waiting } {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const { queue, content } = requestOf(request);
  const bytes = Buffer.from(content);
  const sentAt = performance.now();
  const end = (outcome: Pick<Outcome, 'answer' | 'problem' | 'isTimedOut'>): void => {
    const endedAt = performance.now();
    clearTimeout(timer);
    waiting.delete(correlationId);
    resolve({ ...outcome, sentAt, endedAt });
  };
  const lost = (problem: string, isTimedOut = false) => end({ answer: undefined, problem, isTimedOut });
  const timer = setTimeout(() => lost(`no reply within ${timeoutMs / 1000} s`, true), timeoutMs);
  const one: Waiting = {
    answered: ({ content: reply, properties: { type } }) =>
      end({
        answer: answerOf(request, type === 'error', reply.toString()),
        problem: undefined,
        isTimedOut: false,
      }),
    lost: (problem) => lost(problem),
  };
  waiting.set(correlationId, one);
  channel.publish('', queue, bytes, {
    correlationId,
    replyTo: DIRECT_REPLY_TO,
    contentType: 'application/json',
    mandatory: true,
    persistent: true,
  });
  return { outcome: promise, waiting: one };
}

async function openSession(url: string, onLost: () => void): Promise<Session> {
  const model: ChannelModel = await connect(url, { noDelay: true });
  const waiting = new Map<string, Waiting>();
  const fail = (problem: string): void => {
    session.isLost = true;
    onLost();
    for (const one of [...waiting.values()]) one.lost(problem);
  };
  model.on('error', () => undefined);
  model.on('close', () => fail('the broker closed the connection'));
  const channel = await model.createChannel();
  channel.on('error', ({ message }: Error) => fail(message));
  channel.on('return', ({ properties, fields }) =>
    waiting.get(String(properties.correlationId))?.lost(`there is no queue ${fields.routingKey}`),
  );
  const answered = (reply: ConsumeMessage | null) =>
    reply && waiting.get(String(reply.properties.correlationId))?.answered(reply);
  const session: Session = {
    isLost: false,
    channel,
    waiting,
    close: () => {
      model.close().catch(() => undefined);
    },
  };
  await channel.consume(DIRECT_REPLY_TO, answered, { noAck: true });
  return session;
}
