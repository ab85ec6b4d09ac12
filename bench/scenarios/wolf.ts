import type { BenchAnswer, BenchRequest } from '../load/exchange.ts';
import type { Pass, Scenario, ShedState } from './scenario.ts';
import { wrongAnswer } from './scenario.ts';

/** The tattoo of the first sheep that takes the place of an eaten one; those after it have smaller ones. */
const FIRST_LAMB = 2n ** 32n - 1n;

/**
 * Raids the shed. What a raid eats is made good before the next one: a sheep of the heaviest prime weight is put into
 * the table, so that every raid tests the same number of primes, however many raids a stack makes in its time.
 * The newest has the smallest tattoo and is eaten first among its equals, so that raids at once do not drift down the
 * herd. Over a herd that the bench does not know nothing is made good.
 */
export function wolfScenario(): Scenario {
  return { name: 'wolf', begin: beginRaids };
}

function beginRaids({ count, herd, atOnce }: ShedState): Pass {
  const request: BenchRequest = { method: 'DELETE', path: '/wolf' };
  const primes = herd?.primes.length;
  let eaten = 0;
  let raids = 0;
  let lambs = 0n;
  const isEaten = ({ status, body }: BenchAnswer) => status === 204 && body === '';
  return {
    next: () => request,
    verify(_request, answer) {
      raids++;
      if (isEaten(answer)) {
        eaten++;
        return primes === 0 ? wrongAnswer(request, '404 NO_FITTING_SHEEP', answer) : undefined;
      }
      const isNone = answer.status === 404 && answer.body.includes('"NO_FITTING_SHEEP"');
      if (isNone && mayFindNone(primes, atOnce)) return undefined;
      const expected = ['204 without body', ...(mayFindNone(primes, atOnce) ? ['404 NO_FITTING_SHEEP'] : [])];
      return wrongAnswer(request, expected.join(', or '), answer);
    },
    keepsHerd: true,
    restock(answer) {
      const [heaviest] = herd?.primes ?? [];
      if (heaviest === undefined || !isEaten(answer)) return [];
      return [{ tattoo: FIRST_LAMB - lambs++, weight: heaviest.weight }];
    },
    finish() {
      const due = primes === undefined ? eaten : Math.min(primes, raids);
      if (eaten >= due) return undefined;
      return `DELETE /wolf: ${raids} raids on ${primes} sheep of prime weight must eat ${due} at least, but ate ${eaten}`;
    },
    count: () => count - eaten + Number(lambs),
  };
}

/** Raids at once eat before one another; where there are twice as many primes each is left one. */
function mayFindNone(primes: number | undefined, atOnce: number): boolean {
  return primes === undefined || primes < 2 * atOnce;
}
