/** What CloudWatch Logs calls its errors, as far as they happen here. */
export type LogsErrorCode =
  | 'InvalidParameterException'
  | 'LimitExceededException'
  | 'MalformedQueryException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'ServiceUnavailableException'
  | 'ThrottlingException'
  | 'UnknownOperationException';

/** A request to the logs that cannot be answered. */
export class LogsError extends Error {
  override readonly name = 'LogsError';
  readonly code: LogsErrorCode;
  /** More members of the error's JSON. */
  readonly more: object;

  constructor(code: LogsErrorCode, message: string, more: object = {}) {
    super(message);
    this.code = code;
    this.more = more;
  }
}

/** An error about one member of a request. */
export function invalid(message: string): LogsError {
  return new LogsError('InvalidParameterException', message);
}
