import { type HerdSheep, WEIGHTS } from '../herd/make-herd.ts';

const HEADER = 'tattoo,weight';
/** Micrograms that no sheep may weigh. */
const WRONG_WEIGHT = 1;

/** A CSV file of sheep, and what must come of it. */
export interface FlockFile {
  /** Tattoo of the first sheep; those after it count up. */
  readonly first: bigint;
  /** Rows that are right. */
  readonly rows: number;
  /** Whether one more row is wrong. */
  readonly isFaulty: boolean;
}

/** The sheep of a file, each of a weight that its tattoo tells. */
export function sheepOf({ first, rows }: Pick<FlockFile, 'first' | 'rows'>): HerdSheep[] {
  return Array.from({ length: rows }, (_, i) => {
    const tattoo = first + BigInt(i);
    return { tattoo, weight: weightOf(tattoo) };
  });
}

/** A file as text: all its sheep, then the row that is wrong if there is one. */
export function csvOf(file: FlockFile): string {
  const lines = sheepOf(file).map(({ tattoo, weight }) => `${tattoo},${weight}\n`);
  const wrong = file.isFaulty ? `${file.first + BigInt(file.rows)},${WRONG_WEIGHT}\n` : '';
  return `${HEADER}\n${lines.join('')}${wrong}`;
}

/** What is wrong with the errors report of a file, or `undefined`: it must tell the wrong row alone, and be absent where none is. */
export function wrongReport({ rows, isFaulty }: FlockFile, report: string | undefined): string | undefined {
  if (!isFaulty)
    return report === undefined ? undefined : `there must be no errors report; it is ${said(report)}`;
  const line = rows + 2;
  const expected = new RegExp(
    `^line,field,value,reason\\r?\\n${line},weight,${WRONG_WEIGHT},[^\\r\\n]+\\r?\\n$`,
  );
  if (report !== undefined && expected.test(report)) return undefined;
  return `the errors report must tell line ${line}, field weight, value ${WRONG_WEIGHT}, and nothing else; it is ${said(report)}`;
}

function said(report = ''): string {
  return JSON.stringify(report.slice(0, 200));
}

/** Spread over all weights that are possible (Knuth's multiplicative hash). */
function weightOf(tattoo: bigint): number {
  return WEIGHTS.min + Number((tattoo * 2_654_435_761n) % BigInt(WEIGHTS.max - WEIGHTS.min + 1));
}
