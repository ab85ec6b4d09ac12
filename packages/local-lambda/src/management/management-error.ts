/** The errors of the management API, with the status that AWS gives each. */
const STATUSES = {
  InvalidParameterValueException: 400,
  ResourceNotFoundException: 404,
  ResourceConflictException: 409,
  PreconditionFailedException: 412,
  CodeStorageExceededException: 400,
  PolicyLengthExceededException: 400,
  NotImplementedException: 501,
  UnknownOperationException: 404,
  BadRequestException: 400,
  NotFoundException: 404,
  ConflictException: 409,
} as const;

/** What went wrong, as AWS's clients tell it apart. */
export type ManagementErrorType = keyof typeof STATUSES;

/** A request to the management API that is refused; its message names the field, the value and what is allowed. */
export class ManagementError extends Error {
  override readonly name = 'ManagementError';
  readonly type: ManagementErrorType;

  constructor(type: ManagementErrorType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.type = type;
  }

  /** The status of HTTP that belongs to it. */
  get status(): number {
    return STATUSES[this.type];
  }
}

/** A field whose value is refused. */
export function invalid(message: string, options?: ErrorOptions): ManagementError {
  return new ManagementError('InvalidParameterValueException', message, options);
}
