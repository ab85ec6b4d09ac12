import type { Context as LambdaContext, SQSEvent } from 'aws-lambda';
import type { CallContext } from '../../domain/context.ts';
import { ShedError } from '../../domain/errors.ts';
import type { Logging } from './lambda.ts';
import { lambdaSqs, type QueueFunction } from './sqs.ts';

/** So many milliseconds before Lambda ends the invocation, it must be answered. */
const ANSWER_EARLY_MS = 500;

/**
 * Binds a portable function to AWS Lambda for events that come through a queue of SQS ({@link lambdaSqs}), or straight
 * from their source, as S3 sends its notifications: then the event is the function's, and one that throws is for
 * Lambda to repeat.
 */
export function lambdaEvents<Context extends CallContext>(
  portable: QueueFunction<Context>,
  parts: Omit<Context, keyof CallContext> & Logging,
): (event: unknown, context: LambdaContext) => Promise<unknown> {
  const bySqs = lambdaSqs(portable, parts);
  return async (event, context) => {
    if (isFromQueue(event)) return bySqs(event, context);
    const { awsRequestId, getRemainingTimeInMillis } = context;
    const call: CallContext = {
      requestId: awsRequestId,
      correlationId: awsRequestId,
      log: parts.logFor(awsRequestId),
      random: Math.random,
      remainingTimeMs: () => Math.max(0, getRemainingTimeInMillis() - ANSWER_EARLY_MS),
    };
    try {
      // The compiler cannot see that what was omitted and what is added make the whole.
      return await portable.run(event, { ...parts, ...call } as unknown as Context);
    } catch (error) {
      const isExplained = error instanceof ShedError && error.code !== 'INTERNAL_ERROR';
      if (!isExplained) call.log.error('the call failed for an unexpected reason', { error });
      throw error;
    }
  };
}

function isFromQueue(event: unknown): event is SQSEvent {
  const records = (event as Partial<SQSEvent> | null)?.Records;
  return Array.isArray(records) && records[0]?.eventSource === 'aws:sqs';
}
