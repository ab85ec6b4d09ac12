import type { Scenario } from './scenario.ts';
import { wrongAnswer } from './scenario.ts';

/** Raids the shed: as many raids succeed as there are sheep of prime weight, and not one more. */
export function wolfScenario(): Scenario {
  const request = { method: 'DELETE', path: '/wolf' } as const;
  return {
    name: 'wolf',
    begin({ count, primes }) {
      let eaten = 0;
      let raids = 0;
      return {
        next: () => request,
        verify(_request, answer) {
          raids++;
          if (answer.status === 204 && answer.body === '') {
            eaten++;
            return undefined;
          }
          if (answer.status === 404 && answer.body.includes('"NO_FITTING_SHEEP"')) return undefined;
          return wrongAnswer(request, '204 without body, or 404 NO_FITTING_SHEEP', answer);
        },
        finish() {
          const due = primes === undefined ? eaten : Math.min(primes, raids);
          if (eaten === due) return undefined;
          return `DELETE /wolf: ${raids} raids on ${primes} sheep of prime weight must eat ${due}, but ate ${eaten}`;
        },
        count: () => count - eaten,
      };
    },
  };
}
