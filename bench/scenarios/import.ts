import type { BenchAnswer, BenchRequest } from '../load/exchange.ts';
import { type FlockFile, sheepOf, wrongReport } from './flock-file.ts';
import type { Pass, Scenario, ShedState } from './scenario.ts';
import { objectOf, wrongAnswer } from './scenario.ts';

/**
 * Imports a new file a call: a CSV object in the bucket becomes rows in the table.
 * @param nextTattoo gives tattoos that are not in the shed, counting up.
 * @param isFaulty whether each file has one wrong row besides, which its errors report must tell; the report is an object
 * of the bucket too, whose event calls the function once more.
 */
export function importScenario(rows: number, nextTattoo: () => bigint, isFaulty = false): Scenario {
  return { name: 'import', begin: (shed) => beginImports(shed, { rows, isFaulty }, nextTattoo) };
}

/** The file that a request of this scenario stands for. */
export function flockFileOf({ path }: BenchRequest): FlockFile {
  const [, first = '', rows = '', wrong] = /^\/flocks\/(\d+)\?rows=(\d+)(&faulty)?$/.exec(path) ?? [];
  return { first: BigInt(first), rows: Number(rows), isFaulty: wrong !== undefined };
}

function beginImports(
  { count, herd }: ShedState,
  { rows, isFaulty }: Omit<FlockFile, 'first'>,
  nextTattoo: () => bigint,
): Pass {
  const imported: FlockFile[] = [];
  const added = () => imported.reduce((sum, file) => sum + file.rows, 0);
  return {
    next() {
      const first = nextTattoo();
      for (let i = 0; i < rows; i++) nextTattoo();
      return { method: 'POST', path: `/flocks/${first}?rows=${rows}${isFaulty ? '&faulty' : ''}` };
    },
    verify(request: BenchRequest, answer: BenchAnswer) {
      const file = flockFileOf(request);
      const found = objectOf(answer.body);
      const refused = file.isFaulty ? 1 : 0;
      imported.push(file);
      if (answer.status !== 200 || found?.['added'] !== file.rows || found['refused'] !== refused) {
        return wrongAnswer(request, `200 {"added":${file.rows},"refused":${refused}}`, answer);
      }
      const problem = wrongReport(file, found['report'] as string | undefined);
      return problem && `${request.method} ${request.path}: ${problem}`;
    },
    keepsHerd: false,
    restock: () => [],
    finish: () => undefined,
    judge(left) {
      const due = new Map(
        [...(herd?.sheep ?? []), ...imported.flatMap(sheepOf)].map((one) => [one.tattoo, one.weight]),
      );
      const wrong = left.find(({ tattoo, weight }) => due.get(tattoo) !== weight);
      for (const { tattoo } of left) due.delete(tattoo);
      const [missing] = due;
      if (wrong === undefined && missing === undefined) return undefined;
      return `after ${imported.length} imports the table lacks ${missing === undefined ? 'no sheep' : `${due.size} sheep, such as ${missing[0]} of ${missing[1]} micrograms`}, and holds ${wrong === undefined ? 'no wrong one' : `sheep ${wrong.tattoo} of ${wrong.weight} micrograms, which is wrong`}`;
    },
    count: () => count + added(),
    rows: added,
  };
}
