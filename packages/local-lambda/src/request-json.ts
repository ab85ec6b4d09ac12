/** No request of AWS's nests deeper; what does would overflow the stack of whoever walks or shows it. */
const MAX_LEVELS = 100;

/** Reads the JSON of a request to an API of AWS. @throws SyntaxError when it is none, or nests deeper than 100 levels. */
export function parseRequestJson(body: Buffer): unknown {
  const value: unknown = JSON.parse(body.toString('utf8'));
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_LEVELS) throw new SyntaxError(`it nests deeper than ${MAX_LEVELS} levels`);
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return value;
}
