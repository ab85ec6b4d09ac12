/**
 * A failure that its message explains in full: bad options, a bad deployment package, a port in use.
 * Everything else that is thrown is a fault of local-lambda itself.
 */
export class LocalLambdaError extends Error {
  override readonly name = 'LocalLambdaError';
}
