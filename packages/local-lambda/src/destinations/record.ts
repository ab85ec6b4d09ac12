import { parseBoundedJson } from '../bounded-json.ts';
import type { InvocationOutcome } from '../environments/invocation.ts';
import type { QueuedEvent } from '../lambda-api/event-queue.ts';

/** How an event ended, and after how many attempts. */
export interface EventConclusion {
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'HostStopped';
  readonly attempts: number;
  /** Of the last attempt. */
  readonly outcome: InvocationOutcome;
}

/**
 * What a destination gets.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function destinationRecord(
  { functionArn, version = '$LATEST', invocation: { requestId, payload } }: QueuedEvent,
  { condition, attempts, outcome }: EventConclusion,
  nowMs: number,
): object {
  const failed = outcome.errorType !== undefined;
  return {
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    requestContext: {
      requestId,
      functionArn: partsOf(functionArn).qualifier === undefined ? `${functionArn}:$LATEST` : functionArn,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: jsonOrText(payload),
    responseContext: {
      statusCode: 200,
      executedVersion: version,
      ...(failed && { functionError: 'Unhandled' }),
    },
    responsePayload: jsonOrText(outcome.payload),
  };
}

/** The name of a function in its ARN, and the alias or version behind it. */
export function partsOf(functionArn: string): {
  readonly functionName: string;
  readonly qualifier: string | undefined;
} {
  const [, , , , , , functionName = '', qualifier] = functionArn.split(':');
  return { functionName, qualifier };
}

/** SQS and SNS take so many characters of an error's message at most. */
const MAX_MESSAGE = 1_024;

/**
 * The attributes of a dead letter, whose body is the event itself.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
 */
export function deadLetterAttributes(
  { invocation }: QueuedEvent,
  { outcome }: EventConclusion,
): Readonly<Record<string, { readonly DataType: 'String' | 'Number'; readonly StringValue: string }>> {
  const { errorMessage } = Object(jsonOrText(outcome.payload)) as { errorMessage?: unknown };
  const message = String(errorMessage ?? outcome.errorType).slice(0, MAX_MESSAGE);
  return {
    RequestID: { DataType: 'String', StringValue: invocation.requestId },
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    // An empty value would be refused.
    ErrorMessage: { DataType: 'String', StringValue: message || 'Unknown' },
  };
}

/** A runtime may answer with anything. */
function jsonOrText(payload: Buffer): unknown {
  try {
    return payload.length === 0 ? null : parseBoundedJson(payload);
  } catch {
    return payload.toString('utf8');
  }
}
