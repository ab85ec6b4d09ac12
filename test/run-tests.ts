/**
 * `npm run test:unit`: all tests (`*.test.ts`), many files in one process, since a process for each would spend half a
 * second on loading the same modules. A test must therefore leave variables, handlers and globals as they were.
 * `npm run test:quick` (`quick`): only the tests that start no server and no process.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const ALL = '{lab,packages/*,.}/test/**/*.test.ts';
/** Tests that start no server and no process, and leave nothing behind in theirs. */
const QUICK = [
  'packages/options/test/*.test.ts',
  'packages/log-insights/test/{aggregates,commands,docs,functions,golden,language}.test.ts',
  'packages/local-lambda/test/{gateway/router,environments/state,runtime-api/http-request,event-sources/schedule-expressions}.test.ts',
  'packages/local-lambda/test/{logs-api/*-*,sample-events/samples,tell-once,cli/env-file}.test.ts',
  'test/{domain,house,adapters/memory}/**/*.test.ts',
  'test/{functions/run,hosts/lambda,hosts/exact-json,hosts/queue-message,hosts/worker/message}.test.ts',
  'test/bench/{analysis,herd,plan,reports,results,world}/**/*.test.ts',
  'test/bench/{agents/judge,load/arrivals}.test.ts',
  'test/bench/statistics/!(coverage)*.test.ts',
];
/**
 * Simulations on a virtual clock, which would jump while other tests keep their process busy. They begin before any test
 * is registered, after which the runner follows each promise: theirs take as long again.
 */
const VIRTUAL = ['test/bench/run/{equal-work,uneven-rounds}.test.ts'];
/** The others run in so many processes … */
const PROCESSES = 8;
/** … of which so many run side by side: most of the time each waits for what it has started. */
const SIDE_BY_SIDE = 4;

/** The paths of a pattern, written alike, without those of installed packages. */
function filesOf(patterns: string | readonly string[]): readonly string[] {
  const found = globSync(patterns, { exclude: ['**/node_modules/**'] });
  return found.map((path) => path.replace(/^\.\//, '')).sort();
}

/** Runs tests in one process; resolves with its exit code and what it has printed, unless that went to the terminal. */
async function runTests(
  files: readonly string[],
  output: 'inherit' | 'pipe',
): Promise<{ readonly code: number; readonly printed: string }> {
  const options = ['--test', '--test-isolation=none', '--test-timeout=420000'];
  const child = spawn(process.execPath, [...options, ...files], { stdio: ['ignore', output, output] });
  const streams = [child.stdout, child.stderr].map((stream) => text(stream ?? Readable.from([])));
  const [code] = await once(child, 'exit');
  return { code: code ?? 1, printed: (await Promise.all(streams)).join('') };
}

/** A number of the summary that the runner ends with; 0 where it did not come so far. */
function countOf(what: 'pass' | 'fail' | 'cancelled', printed: string): number {
  return Number([...printed.matchAll(new RegExp(`^\\S ${what} (\\d+)$`, 'gm'))].at(-1)?.[1] ?? 0);
}

const quick = filesOf(QUICK);
let failed = false;

if (process.argv[2] === 'quick') {
  failed = (await runTests(quick, 'inherit')).code !== 0;
} else {
  const virtual = filesOf(VIRTUAL);
  const others = filesOf(ALL).filter((path) => !quick.includes(path) && !virtual.includes(path));
  // Every eighth, not an eighth: neighbours of one folder take about the same time.
  const parts = Array.from({ length: PROCESSES }, (_, part) =>
    others.filter((_path, i) => i % PROCESSES === part),
  );
  const waiting = [virtual, ...parts, quick];
  process.stdout.write(
    `${waiting.length} processes, ${SIDE_BY_SIDE} at a time; each prints its tests when it ends.\n`,
  );
  let passed = 0;
  let notPassed = 0;
  const work = async (): Promise<void> => {
    for (let files = waiting.shift(); files !== undefined; files = waiting.shift()) {
      const { code, printed } = await runTests(files, 'pipe');
      if (code !== 0) failed = true;
      process.stdout.write(printed);
      passed += countOf('pass', printed);
      // A process that ends before its summary counts as one.
      notPassed += Math.max(countOf('fail', printed) + countOf('cancelled', printed), code === 0 ? 0 : 1);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  process.stdout.write(`\nAll processes together:\n${passed} passed, ${notPassed} failed\n`);
}
process.exitCode = failed ? 1 : 0;
