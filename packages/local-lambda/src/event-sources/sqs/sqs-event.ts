import type { InvocationOutcome } from '../../environments/invocation.ts';
import type { SqsMessage } from './sqs-client.ts';

/**
 * One record of the event that a function gets.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
 */
export function sqsRecord(message: SqsMessage, queueArn: string): Readonly<Record<string, unknown>> {
  const { MessageAttributes = {}, MD5OfMessageAttributes } = message;
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue, BinaryValue, DataType }]) => [
        name,
        {
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType,
        },
      ]),
    ),
    ...(MD5OfMessageAttributes !== undefined && { md5OfMessageAttributes: MD5OfMessageAttributes }),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3],
  };
}

/** Which messages of a batch failed; `problem` says what is wrong with the function's answer. */
export interface BatchResult {
  readonly failed: ReadonlySet<string>;
  readonly problem?: string;
}

/**
 * Reads the outcome of a batch.
 * @param reports whether the mapping has `ReportBatchItemFailures`; without it all fail or none.
 * @param ids message ids of the batch.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function batchResult(
  outcome: InvocationOutcome,
  reports: boolean,
  ids: readonly string[],
): BatchResult {
  if (outcome.errorType !== undefined) return { failed: new Set(ids) };
  if (!reports) return { failed: new Set() };
  const answer = parse(outcome.payload.toString('utf8'));
  if (answer === undefined) return wrong(ids, 'is no JSON');
  const { batchItemFailures } = Object(answer) as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return { failed: new Set() };
  if (!Array.isArray(batchItemFailures)) return wrong(ids, 'has batchItemFailures that is no list');
  const failed = new Set<string>();
  for (const one of batchItemFailures) {
    const { itemIdentifier } = Object(one) as { itemIdentifier?: unknown };
    if (typeof itemIdentifier !== 'string' || !ids.includes(itemIdentifier)) {
      return wrong(
        ids,
        `has an itemIdentifier that is ${JSON.stringify(itemIdentifier)}, no id of a message`,
      );
    }
    failed.add(itemIdentifier);
  }
  return { failed };
}

function wrong(ids: readonly string[], problem: string): BatchResult {
  return { failed: new Set(ids), problem };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text === '' ? 'null' : text);
  } catch {
    return undefined;
  }
}
