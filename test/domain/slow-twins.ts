/** Primality by division with remainder by every odd number up to the root: slow and obviously right. */
export function slowIsPrime(w: number): boolean {
  if (w < 2) return false;
  if (w % 2 === 0) return w === 2;
  for (let d = 3; d * d <= w; d += 2) if (w % d === 0) return false;
  return true;
}

/** The rewriting system of the Ackermann function as it stands in the textbook, its steps counted. */
export function slowAckermann(m: number, n: number): { result: number; steps: number } {
  const stack = [m, n];
  let steps = 0;
  while (stack.length > 1) {
    const right = stack.pop() ?? 0;
    const left = stack.pop() ?? 0;
    steps++;
    if (left === 0) stack.push(right + 1);
    else if (right === 0) stack.push(left - 1, 1);
    else stack.push(left - 1, left, right - 1);
  }
  return { result: stack[0] ?? 0, steps };
}
