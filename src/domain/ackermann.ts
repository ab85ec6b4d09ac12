import { ShedError } from './errors.ts';

/** Up to this many steps every number of the rewriting fits a 32-bit integer, which {@link ackermann} relies on. */
export const MAX_STEPS = 4_000_000_000;

// The stack holds only the m of each pending term; below 255 for every order within MAX_STEPS.
const BOTTOM = 255;
// Constant, so that V8 compiles its address and length into the kernel: 7 % of the time. It is high enough for
// every order of up to 20 000 000 steps but those of m = 1.
const low = new Uint8Array(8192);
let tall = new Uint8Array(0);

/**
 * Computes the 2-ary Ackermann function by rewriting, every step executed one by one on an explicit stack:
 * rule 1, A(0, n) → n + 1; rule 2, A(m, 0) → A(m − 1, 1); rule 3, A(m, n) → A(m − 1, A(m, n − 1)).
 * The innermost term lives in locals; runs of rule 3 and of rule 1 have inner loops of their own, and `| 0`
 * keeps V8 on integers.
 * @param m whole number; {@link ackermannSteps} of m and n must not exceed {@link MAX_STEPS}.
 * @param n whole number.
 */
export function ackermann(m: number, n: number): number {
  if (m === 0) return n + 1;
  low[0] = BOTTOM;
  let top = 1;
  let value = n | 0;
  let left = m | 0;
  for (;;) {
    const rest = (left - 1) | 0;
    const end = (top + value) | 0;
    if (end > low.length) return rewriteTall(left, value, top);
    for (; top < end; top = (top + 1) | 0) low[top] = rest;
    left = rest;
    value = 1;
    while (left === 0) {
      value = (value + 1) | 0;
      top = (top - 1) | 0;
      left = low[top] as number;
    }
    if (left === BOTTOM) return value;
  }
}

/** Goes on where the low stack is full: the same loop on a stack that grows. */
function rewriteTall(m: number, n: number, height: number): number {
  let stack = tallStack(height + n);
  stack.set(low.subarray(0, height));
  let top = height;
  let value = n;
  let left = m;
  for (;;) {
    const rest = (left - 1) | 0;
    const end = (top + value) | 0;
    if (end > stack.length) stack = tallStack(end);
    for (; top < end; top = (top + 1) | 0) stack[top] = rest;
    left = rest;
    value = 1;
    while (left === 0) {
      value = (value + 1) | 0;
      top = (top - 1) | 0;
      left = stack[top] as number;
    }
    if (left === BOTTOM) return value;
  }
}

function tallStack(needed: number): Uint8Array<ArrayBuffer> {
  if (needed <= tall.length) return tall;
  const before = tall;
  tall = new Uint8Array(Math.max(needed, 2 * before.length));
  tall.set(before);
  return tall;
}

/**
 * The number of rewriting steps of A(m, n) from closed forms: exact up to 2^53, rounded beyond, `Infinity`
 * where it exceeds every machine. Derived from steps(m, 0) = 1 + steps(m − 1, 1) and
 * steps(m, n) = 1 + steps(m, n − 1) + steps(m − 1, A(m, n − 1)).
 */
export function ackermannSteps(m: number, n: number): number {
  if (m === 0) return 1;
  if (m === 1) return 2 * n + 2;
  if (m === 2) return 2 * n ** 2 + 7 * n + 5;
  if (m === 3) return (128 * 4 ** n - 120 * 2 ** n + 9 * n + 37) / 3;
  if (m === 4 && n === 0) return 107;
  if (m === 4 && n === 1) return 2_862_984_010;
  if (m === 5 && n === 0) return 2_862_984_011;
  return Number.POSITIVE_INFINITY;
}

/**
 * Refuses an order that would not finish, before its first step.
 * @throws ShedError `CAT_WOULD_NOT_FINISH` when A(m, n) takes more than `maxSteps` steps.
 */
export function refuseImpossible(m: number, n: number, maxSteps: number): void {
  if (ackermannSteps(m, n) <= maxSteps) return;
  throw new ShedError(
    'CAT_WOULD_NOT_FINISH',
    `m=${m}, n=${n} takes more rewriting steps than the ${maxSteps} allowed`,
  );
}
