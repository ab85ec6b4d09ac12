/** Every way in which a function can fail on purpose; each wrapper maps each code or does not compile. */
export type ErrorCode =
  | 'INVALID_INPUT'
  | 'SHEEP_ALREADY_IN_SHED'
  | 'NO_FITTING_SHEEP'
  | 'CAT_WOULD_NOT_FINISH'
  | 'INTERNAL_ERROR';

/** The only error class of the functions: an explained failure whose message may be shown to the caller. */
export class ShedError extends Error {
  override readonly name = 'ShedError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
