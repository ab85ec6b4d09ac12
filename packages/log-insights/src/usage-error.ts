/** A fault of the command line: it names the option, the value and what is allowed, on one line. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError' as const;
}
