import type { Scenario } from './scenario.ts';
import { objectOf, wrongAnswer } from './scenario.ts';

/** Has the sheep counted, over and over; the count is known. */
export function dogScenario(): Scenario {
  const request = { method: 'GET', path: '/dog' } as const;
  return {
    name: 'dog',
    begin: ({ count }) => ({
      next: () => request,
      verify: (_request, answer) =>
        answer.status === 200 && objectOf(answer.body)?.['count'] === count
          ? undefined
          : wrongAnswer(request, `200 {"count":${count}}`, answer),
      keepsHerd: false,
      restock: () => [],
      finish: () => undefined,
      count: () => count,
    }),
  };
}
