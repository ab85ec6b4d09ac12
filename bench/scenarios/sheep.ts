import { WEIGHTS } from '../herd/make-herd.ts';
import type { Scenario } from './scenario.ts';
import { wrongAnswer } from './scenario.ts';

/** Adds one new sheep a call. @param nextTattoo gives a tattoo that is not in the shed, each time another. */
export function sheepScenario(nextTattoo: () => bigint): Scenario {
  return {
    name: 'sheep',
    begin({ count }) {
      let added = 0;
      return {
        next: () => ({ method: 'POST', path: `/sheep/${nextTattoo()}` }),
        verify(request, answer) {
          if (answer.status === 201) added++;
          const tattoo = request.path.slice('/sheep/'.length);
          // Compared as text: a tattoo beyond 2^53 does not survive JSON.parse.
          const weight = Number(
            /^\{"tattoo":(\d+),"weight":(\d+)\}$/.exec(answer.body.replaceAll(' ', ''))?.[2],
          );
          const isRight =
            answer.status === 201 &&
            answer.body.replaceAll(' ', '').startsWith(`{"tattoo":${tattoo},`) &&
            weight >= WEIGHTS.min &&
            weight <= WEIGHTS.max;
          if (isRight) return undefined;
          const expected = `201 {"tattoo":${tattoo},"weight":${WEIGHTS.min}…${WEIGHTS.max}}`;
          return wrongAnswer(request, expected, answer);
        },
        keepsHerd: false,
        restock: () => [],
        finish: () => undefined,
        count: () => count + added,
      };
    },
  };
}
