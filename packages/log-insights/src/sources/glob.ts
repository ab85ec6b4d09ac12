/** Makes the test of globs over log group names: `*` is any text, `?` any one character; all else stands for itself. */
export function globMatcher(globs: readonly string[]): (name: string) => boolean {
  const patterns = globs.map(
    (glob) =>
      new RegExp(
        `^${glob
          .split(/(\*+|\?)/)
          .map(patternOf)
          .join('')}$`,
        's',
      ),
  );
  return (name) => patterns.some((pattern) => pattern.test(name));
}

/** Whether a name of a log group is a glob. */
export function isGlob(name: string): boolean {
  return /[*?]/.test(name);
}

/** Returns the literal text before the first wildcard of a glob. */
export function literalPrefix(glob: string): string {
  return glob.split(/[*?]/, 1)[0] ?? '';
}

function patternOf(part: string): string {
  if (part.startsWith('*')) return '.*';
  return part === '?' ? '.' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
