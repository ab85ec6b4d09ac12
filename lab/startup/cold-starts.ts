import { join } from 'node:path';
import { makeHerd } from '../../bench/herd/make-herd.ts';
import type { TableAccess } from '../../bench/stacks/stack.ts';
import { type Lab, ROOT, takeTurns } from '../experiment.ts';
import { median } from '../median.ts';
import { type ReportedHost, startReportedHost } from '../reported-host.ts';
import { INIT_CPU, instrumentPackage } from './packages.ts';

/** The shed that every start finds. */
export const HERD = makeHerd(1000, 1);

/** One cold start, as its REPORT lines tell it. */
export interface ColdStart {
  /** Milliseconds from the start of the process until it asks for work. */
  readonly initMs: number;
  /** Milliseconds of CPU time of the same, which other work on this machine disturbs less. */
  readonly initCpuMs: number;
  /** Milliseconds of the invocation that started it, init excepted, and of the one after. */
  readonly firstMs: number;
  readonly secondMs: number;
  /** Largest resident memory, in MB; not a number where the machine does not tell. */
  readonly peakMb: number;
}

/** A function that can be started. */
export interface Subject {
  readonly stack: string;
  /** As it is shown. */
  readonly name: string;
  readonly packageBytes: number;
  readonly runtime: string;
  /** Starts it cold and calls it twice. */
  start(): Promise<ColdStart>;
}

/** Where a package is, and how its functions are shown and called. */
export interface SubjectsOptions {
  readonly stack: string;
  readonly packageDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly nameOf: (functionName: string) => string;
  readonly eventOf: (functionName: string) => object;
}

/** Hosts the functions of a package, instrumented, until it is told to close. */
export async function hostSubjects(
  { stack, packageDir, environment, nameOf, eventOf }: SubjectsOptions,
  { progress, folder }: Lab,
): Promise<{ readonly subjects: readonly Subject[] } & Pick<ReportedHost, 'close'>> {
  const instrumented = `${folder}/instrumented-${stack}`;
  await instrumentPackage(packageDir, instrumented);
  const initCpu = new Map<string, number>();
  const host = await startReportedHost({
    packageDir: instrumented,
    logsDir: `${folder}/logs-${stack}`,
    cacheDir: join(ROOT, '.cache'),
    environment,
    onNotice: progress.line,
    onLogEvent: (group, message) => {
      if (message.startsWith(INIT_CPU)) initCpu.set(group, Number(message.slice(INIT_CPU.length)));
    },
  });
  const subjects = host.functions.map(({ name, runtime, packageBytes, logGroup }) => ({
    stack,
    runtime,
    packageBytes,
    name: nameOf(name),
    async start() {
      await host.dropEnvironments(name);
      const first = await host.call(name, eventOf(name));
      const second = await host.call(name, eventOf(name));
      if (first.initMs === undefined) throw new Error(`${name} did not start cold`);
      return {
        initMs: first.initMs,
        initCpuMs: initCpu.get(logGroup) ?? Number.NaN,
        firstMs: first.durationMs,
        secondMs: second.durationMs,
        peakMb: second.peakMb ?? Number.NaN,
      };
    },
  }));
  return { subjects, close: () => host.close() };
}

/**
 * Starts each subject so often, in turns, and gives the medians. The tables are filled anew before the wolves, which eat
 * two sheep of prime weight a start, run out of them.
 */
export async function measureStarts(
  subjects: readonly Subject[],
  starts: number,
  tables: readonly TableAccess[],
  wolvesATable: number,
  { progress, signal }: Lab,
): Promise<ReadonlyMap<Subject, ColdStart>> {
  const passes = Math.max(1, Math.floor(HERD.primes.length / (2 * wolvesATable)));
  const measure = (subject: Subject, pass: number) => {
    progress.step(`cold start ${pass + 1} of ${starts}: ${subject.name} of ${subject.stack}`);
    return subject.start();
  };
  const found = await takeTurns(subjects, starts, signal, measure, async (pass) => {
    if (pass % passes === 0) for (const table of tables) await table.load(HERD.sheep);
  });
  return new Map([...found].map(([subject, measured]) => [subject, mediansOf(measured)]));
}

function mediansOf(starts: readonly ColdStart[]): ColdStart {
  const of = (name: keyof ColdStart) => median(starts.map((start) => start[name]));
  return {
    initMs: of('initMs'),
    initCpuMs: of('initCpuMs'),
    firstMs: of('firstMs'),
    secondMs: of('secondMs'),
    peakMb: of('peakMb'),
  };
}
