/** Why a call over AMQP failed; whatever is not listed is the code with which the function failed. */
export type AmqpClientCode =
  | 'INVALID_ADDRESS'
  | 'INVALID_CALL'
  | 'NO_SUCH_QUEUE'
  | 'TIMEOUT'
  | 'CONNECTION_LOST'
  | 'TOO_MANY_PENDING'
  | 'CLOSED'
  | 'UNREADABLE_REPLY'
  | 'CALL_FAILED';

/** The only error class of the client. */
export class AmqpClientError extends Error {
  override readonly name = 'AmqpClientError';
  readonly code: AmqpClientCode;
  /** What the worker answered, where `code` is `CALL_FAILED`: type and code of the function's error. */
  readonly errorType: string | undefined;
  readonly functionCode: string | undefined;

  constructor(
    code: AmqpClientCode,
    message: string,
    {
      errorType,
      functionCode,
      cause,
    }: { readonly errorType?: string; readonly functionCode?: string; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.errorType = errorType;
    this.functionCode = functionCode;
  }
}
