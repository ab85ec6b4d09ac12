import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { pathToFileURL } from 'node:url';

/** Where each rewriting step of a kernel stands in its source: one statement for every rule. */
export interface StepStatements {
  readonly file: string;
  /** Every place of each text in the file counts. */
  readonly statements: readonly string[];
}

let profiler: Session | undefined;

/**
 * Counts how often statements of a kernel are executed, by V8's block coverage, so that the very source that is
 * measured is counted and no twin of it. The first use in a process comes before the kernel's first call, since code
 * that is already compiled has no counters; what is called later in this process is slow.
 * @throws Error when the file lacks a statement, or V8 has no counts for the file.
 */
export function countSteps(kernel: StepStatements, call: () => unknown): number {
  const source = readFileSync(kernel.file, 'utf8');
  const places = kernel.statements.flatMap((text) => {
    const parts = source.split(text);
    if (parts.length === 1) throw new Error(`${kernel.file} has no statement ${JSON.stringify(text)}`);
    return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join(text).length);
  });
  profiler ??= startProfiler();
  takeCounts(profiler, kernel.file);
  call();
  const ranges = takeCounts(profiler, kernel.file);
  if (ranges.length === 0) throw new Error(`V8 has no counts for ${kernel.file}`);
  return places.reduce((steps, place) => steps + countAt(ranges, place), 0);
}

function startProfiler(): Session {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return session;
}

/** The counts of a file since they were last taken. */
function takeCounts(session: Session, file: string): readonly CountedRange[] {
  const url = pathToFileURL(file).href;
  let ranges: readonly CountedRange[] = [];
  // Answered before `post` returns, since the profiler is of this very thread.
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error !== null) throw error;
    ranges = result
      .filter((one) => one.url === url)
      .flatMap(({ functions }) => functions.flatMap((one) => one.ranges));
  });
  return ranges;
}

interface CountedRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** Blocks are nested: the shortest that holds a place has its count. */
function countAt(ranges: readonly CountedRange[], place: number): number {
  const around = ranges.filter(({ startOffset, endOffset }) => startOffset <= place && place < endOffset);
  const lengthOf = (range: CountedRange) => range.endOffset - range.startOffset;
  return around.toSorted((a, b) => lengthOf(a) - lengthOf(b))[0]?.count ?? 0;
}
