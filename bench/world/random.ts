const STEP = 0x9e3779b9;

/**
 * A generator of uniform 32-bit numbers, the same for the same seed on every machine: splitmix32
 * (https://github.com/bryc/code/blob/master/jshash/PRNGs.md#splitmix32).
 */
export function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + STEP) | 0;
    let t = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
    return (t ^ (t >>> 15)) >>> 0;
  };
}

/** The generator of a seed after so many numbers, which it need not make for it. */
export function splitmix32At(seed: number, count: number): () => number {
  return splitmix32((seed + Math.imul(count, STEP)) | 0);
}
