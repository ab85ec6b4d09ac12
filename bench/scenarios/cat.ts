import type { Scenario } from './scenario.ts';
import { objectOf, wrongAnswer } from './scenario.ts';

/** Asks for one Ackermann number over and over: pure CPU. @param m from 0 to 3. */
export function catScenario(m: number, n: number): Scenario {
  const expected = closedForm(m, n);
  const request = { method: 'GET', path: `/cat?m=${m}&n=${n}` } as const;
  return {
    name: 'cat',
    begin: ({ count }) => ({
      next: () => request,
      verify: (_request, answer) =>
        answer.status === 200 && objectOf(answer.body)?.['result'] === expected
          ? undefined
          : wrongAnswer(request, `200 {"result":${expected}}`, answer),
      keepsHerd: false,
      restock: () => [],
      finish: () => undefined,
      count: () => count,
    }),
  };
}

/** A(m, n) without rewriting, so that the bench can find a function wrong (https://oeis.org/A046859). */
function closedForm(m: number, n: number): number {
  return [n + 1, n + 2, 2 * n + 3][m] ?? 2 ** (n + 3) - 3;
}
