import { ShedError } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';

/** What a caller may know of a failure: an explained error is shown, any other is logged whole and answered bare. */
export function explained(error: unknown, log: Log): ShedError {
  if (error instanceof ShedError && error.code !== 'INTERNAL_ERROR') return error;
  log.error('the call failed for an unexpected reason', { error });
  return new ShedError('INTERNAL_ERROR', 'internal error');
}
