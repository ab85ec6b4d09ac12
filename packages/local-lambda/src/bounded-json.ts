/** What nests much deeper overflows the stack of whoever walks it or writes it as JSON again. */
const MAX_LEVELS = 100;

/** Reads JSON that somebody else wrote. @throws SyntaxError when it is none, or nests deeper than 100 levels. */
export function parseBoundedJson(body: Buffer): unknown {
  const value: unknown = JSON.parse(body.toString('utf8'));
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_LEVELS) throw new SyntaxError(`it nests deeper than ${MAX_LEVELS} levels`);
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return value;
}
