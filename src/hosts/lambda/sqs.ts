import type { Context as LambdaContext, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { CallContext, Run } from '../../domain/context.ts';
import { ShedError } from '../../domain/errors.ts';
import { correlationIdOf } from '../correlation.ts';
import { logFailure, readMessage } from '../queue-message.ts';
import type { Logging } from './lambda.ts';

/** What an event source of a queue must know of a portable function. */
export interface QueueFunction<Context extends CallContext> {
  readonly name: string;
  readonly run: Run<Context>;
}

/** A message of a queue whose order may matter. */
interface OrderedMessage {
  readonly messageId: string;
  /** On a FIFO queue: its group. */
  readonly group: string | undefined;
}

/** So many milliseconds before Lambda ends the invocation, it must be answered, or all its messages have failed. */
const ANSWER_EARLY_MS = 500;

/**
 * Binds a portable function to AWS Lambda behind a queue of SQS: one call for each message, whose body is the event
 * in JSON. Messages are served one after the other. A call that throws, or for which no time is left, leaves its
 * message to the queue; on a FIFO queue also those of its group that follow.
 * The event source needs `functionResponseType: ReportBatchItemFailures`.
 * @param parts how to log, and what this function needs besides, as its shed.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function lambdaSqs<Context extends CallContext>(
  { name, run }: QueueFunction<Context>,
  parts: Omit<Context, keyof CallContext> & Logging,
): (event: SQSEvent, context: LambdaContext) => Promise<SQSBatchResponse> {
  return async ({ Records }, { awsRequestId, getRemainingTimeInMillis }) => {
    const leftMs = () => getRemainingTimeInMillis() - ANSWER_EARLY_MS;
    const serve = async (record: OrderedMessage & SQSRecord): Promise<boolean> => {
      const { messageId, body, messageAttributes: given } = record;
      const correlationId = correlationIdOf(
        given?.['correlationId']?.stringValue,
        given?.['traceparent']?.stringValue,
        awsRequestId,
      );
      const call: CallContext = {
        requestId: awsRequestId,
        correlationId,
        log: parts.logFor(awsRequestId, correlationId),
        random: Math.random,
        remainingTimeMs: () => Math.max(0, leftMs()),
      };
      // The compiler cannot see that what was omitted and what is added make the whole.
      const context = { ...parts, ...call } as unknown as Context;
      try {
        await withinMs(leftMs(), () => run(readMessage(body, name).event, context));
        return true;
      } catch (error) {
        logFailure(error, messageId, call.log);
        return false;
      }
    };
    const failed = await serveInOrder(Records.map(inGroup), serve);
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

/**
 * Serves messages one after the other; of a group none after one that failed.
 * @param serve whether a message succeeded; must not reject.
 * @returns those that failed, and those that were not tried.
 */
async function serveInOrder<Message extends OrderedMessage>(
  messages: readonly Message[],
  serve: (message: Message) => Promise<boolean>,
): Promise<readonly Message[]> {
  const failed: Message[] = [];
  const broken = new Set<string>();
  for (const message of messages) {
    const { group } = message;
    if ((group !== undefined && broken.has(group)) || !(await serve(message))) {
      failed.push(message);
      if (group !== undefined) broken.add(group);
    }
  }
  return failed;
}

/** Only a FIFO queue keeps the order of a group. */
function inGroup(record: SQSRecord): OrderedMessage & SQSRecord {
  const isFifo = record.eventSourceARN.endsWith('.fifo');
  return { ...record, group: isFifo ? record.attributes.MessageGroupId : undefined };
}

/** @throws ShedError `INTERNAL_ERROR` when there is no result after so many milliseconds. */
async function withinMs(limitMs: number, work: () => Promise<unknown>): Promise<void> {
  const tooLate = () => new ShedError('INTERNAL_ERROR', 'no time is left in this invocation');
  if (limitMs <= 0) throw tooLate();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLate()), limitMs);
  });
  try {
    await Promise.race([work(), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
