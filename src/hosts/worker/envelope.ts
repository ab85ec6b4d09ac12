import { randomUUID } from 'node:crypto';
import type { ConsumeMessage, Options } from 'amqplib';
import { chosenName, correlationIdOf } from '../correlation.ts';
import { isReplyAddress, QUEUE_NAME } from './broker-address.ts';

/** What a request says of itself, besides its event. */
export interface Envelope {
  readonly requestId: string;
  readonly correlationId: string;
  /** Milliseconds since the epoch; undefined: it does not expire. */
  readonly deadline: number | undefined;
  /** How often it was delivered before, as far as the broker or a worker has counted. */
  readonly deliveries: number;
  /** Whether this delivery is one more that is not counted yet. */
  readonly isUncounted: boolean;
  /** Where the reply goes; undefined: nowhere. */
  readonly replyTo: string | undefined;
  /** Why its address for replies cannot be used. */
  readonly refusal: string | undefined;
  readonly traceparent: string | undefined;
}

/** Counts deliveries of a request on a classic queue, which does not count; a worker writes it. */
const DELIVERIES_HEADER = 'x-sheep-shed-deliveries';
/** Written by quorum queues: https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling */
const COUNTED_BY_BROKER = 'x-delivery-count';
/** Milliseconds since the epoch. */
const DEADLINE_HEADER = 'x-deadline';

/** Reads what is not the event; nothing that stands there makes it throw. @param now ms since the epoch. */
export function readEnvelope({ properties, fields }: ConsumeMessage, now: number): Envelope {
  const headers: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const { traceparent } = headers;
  const requestId = chosenName(properties.messageId) ?? randomUUID();
  const ownId = chosenName(properties.correlationId) ?? requestId;
  const byBroker = countOf(headers[COUNTED_BY_BROKER]);
  const replyTo = properties.replyTo === undefined ? undefined : String(properties.replyTo);
  const isRefused = replyTo !== undefined && !isReplyAddress(replyTo);
  return {
    requestId,
    correlationId: correlationIdOf(headers['x-correlation-id'], traceparent, ownId),
    deadline: deadlineOf(headers[DEADLINE_HEADER], properties.timestamp, properties.expiration, now),
    deliveries: byBroker ?? countOf(headers[DELIVERIES_HEADER]) ?? 0,
    isUncounted: fields.redelivered && byBroker === undefined,
    replyTo: isRefused ? undefined : replyTo,
    refusal: isRefused
      ? `reply_to must be the name of a queue, ${QUEUE_NAME}, or amq.rabbitmq.reply-to; got ${JSON.stringify(replyTo.slice(0, 80))}`
      : undefined,
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
  };
}

/** The properties with which a request goes back to its queue as one that was delivered once more. */
export function countedAgain(
  { properties }: ConsumeMessage,
  { deliveries, deadline }: Envelope,
): Options.Publish {
  // The broker takes no other user than the worker's.
  const { headers, userId: _user, clusterId: _cluster, ...given } = properties;
  // Both would send copies to other queues again.
  const { CC: _copies, BCC: _blindCopies, ...kept } = headers ?? {};
  const deadlineHeader = deadline === undefined ? {} : { [DEADLINE_HEADER]: Math.round(deadline) };
  return { ...given, headers: { ...kept, ...deadlineHeader, [DELIVERIES_HEADER]: deliveries + 1 } };
}

/**
 * The deadline that a header names; else the end of the message's time to live, counted from its time stamp, or where
 * it has none, from now.
 */
function deadlineOf(
  header: unknown,
  timestamp: unknown,
  expiration: unknown,
  now: number,
): number | undefined {
  const named = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : header;
  if (typeof named === 'number' && Number.isFinite(named)) return named;
  const lifetime = /^\d{1,12}$/.test(String(expiration)) ? Number(expiration) : undefined;
  if (lifetime === undefined) return undefined;
  // A time stamp has whole seconds: the message may be almost one younger.
  const sentAt = typeof timestamp === 'number' ? Math.min(now, (timestamp + 1) * 1000) : now;
  return sentAt + lifetime;
}

function countOf(given: unknown): number | undefined {
  return typeof given === 'number' && Number.isInteger(given) && given >= 0 ? given : undefined;
}
