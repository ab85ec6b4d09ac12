import type { LocalLambda } from '@sheep-shed/local-lambda';
import { startLocalLambda } from '@sheep-shed/local-lambda';
import type { Progress } from '../../bench/world/progress.ts';
import { INIT_CPU } from './packages.ts';

const REPORT_LIMIT_MS = 45_000;

/** One cold start, as its REPORT lines tell it. */
export interface ColdStart {
  /** Milliseconds from the start of the process until it asks for work. */
  readonly initMs: number;
  /** Milliseconds of CPU time of the same, which other work on this machine disturbs less. */
  readonly initCpuMs: number;
  /** Milliseconds of the invocation that started it, init excepted, and of the one after. */
  readonly firstMs: number;
  readonly secondMs: number;
  /** Largest resident memory, in MB; `undefined` where the machine does not tell. */
  readonly peakMb: number | undefined;
}

/** Something that starts. */
export interface Subject {
  readonly stack: string;
  readonly name: string;
  readonly packageBytes: number;
  readonly runtime: string;
  /** Starts it cold and calls it twice. */
  start(): Promise<ColdStart>;
}

/** Hosted functions whose starts can be measured. */
export interface Starting {
  readonly subjects: readonly Subject[];
  close(): Promise<void>;
}

/** What hosts functions for measuring. */
export interface StartingOptions {
  readonly stack: string;
  readonly packageDir: string;
  readonly logsDir: string;
  readonly cacheDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly progress: Progress;
  /** The name under which a function is shown. */
  readonly shortName: (functionName: string) => string;
  /** Calls a function once. @throws Error when it fails. */
  readonly call: (host: LocalLambda, functionName: string) => Promise<void>;
}

/** Runs an instrumented package on local-lambda and takes times from the REPORT lines that it writes. */
export async function hostForStarts(options: StartingOptions): Promise<Starting> {
  const { stack, shortName, call, progress, ...folders } = options;
  const waiting = new Map<string, (line: string) => void>();
  const initCpu = new Map<string, number>();
  const host = await startLocalLambda({
    ...folders,
    onNotice: progress.line,
    onLogEvent: (group, message) => {
      if (message.startsWith('REPORT ')) waiting.get(group)?.(message);
      if (message.startsWith(INIT_CPU)) initCpu.set(group, Number(message.slice(INIT_CPU.length)));
    },
  });

  /** The REPORT line of one call. */
  async function reported(name: string, logGroup: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const late = new Error(`${name} left no REPORT line within ${REPORT_LIMIT_MS / 1000} s`);
    const timer = setTimeout(reject, REPORT_LIMIT_MS, late);
    waiting.set(logGroup, resolve);
    try {
      const [line] = await Promise.all([promise, call(host, name)]);
      return line;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    close: () => host.close(),
    subjects: host.functions.map(({ name, runtime, packageBytes, logGroup }) => ({
      stack,
      runtime,
      packageBytes,
      name: shortName(name),
      async start() {
        await host.dropEnvironments(name);
        const first = await reported(name, logGroup);
        const second = await reported(name, logGroup);
        const initMs = figureOf(first, 'Init Duration');
        if (initMs === undefined) throw new Error(`${name} did not start cold: ${first}`);
        return {
          initMs,
          initCpuMs: initCpu.get(logGroup) ?? Number.NaN,
          firstMs: figureOf(first, 'Duration') ?? Number.NaN,
          secondMs: figureOf(second, 'Duration') ?? Number.NaN,
          peakMb: figureOf(second, 'Max Memory Used'),
        };
      },
    })),
  };
}

function figureOf(line: string, name: string): number | undefined {
  const found = new RegExp(`\\t${name}: ([0-9.]+) `).exec(line)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Starts each subject so often, one pass over all at a time and every other pass backwards, so that a drift of the machine favours none. */
export async function measureStarts(
  subjects: readonly Subject[],
  starts: number,
  onPass: (pass: number) => Promise<void>,
): Promise<ReadonlyMap<Subject, readonly ColdStart[]>> {
  const found = new Map<Subject, ColdStart[]>(subjects.map((subject) => [subject, []]));
  for (let pass = 0; pass < starts; pass++) {
    await onPass(pass);
    for (const subject of pass % 2 === 0 ? subjects : subjects.toReversed()) {
      found.get(subject)?.push(await subject.start());
    }
  }
  return found;
}

/** The medians of starts; a figure that is missing in one is missing. */
export function medianStart(starts: readonly ColdStart[]): ColdStart {
  const of = (figure: (start: ColdStart) => number | undefined) =>
    medianOf(starts.map((start) => figure(start) ?? Number.NaN));
  const peakMb = of((start) => start.peakMb);
  return {
    initMs: of((start) => start.initMs),
    initCpuMs: of((start) => start.initCpuMs),
    firstMs: of((start) => start.firstMs),
    secondMs: of((start) => start.secondMs),
    peakMb: Number.isNaN(peakMb) ? undefined : peakMb,
  };
}

/** The median of figures; not a number without any. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
