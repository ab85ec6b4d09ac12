/** Makes the test of a glob over log group names: `*` is any text, `?` any one character; all else stands for itself. */
export function globMatcher(glob: string): (name: string) => boolean {
  const parts = glob.split(/(\*+|\?)/).map((part) => {
    if (part.startsWith('*')) return '.*';
    return part === '?' ? '.' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  const pattern = new RegExp(`^${parts.join('')}$`, 's');
  return (name) => pattern.test(name);
}

/** Returns the literal text before the first wildcard of a glob. */
export function literalPrefix(glob: string): string {
  return glob.split(/[*?]/, 1)[0] ?? '';
}
