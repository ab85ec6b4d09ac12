/**
 * `npm run test:unit`: all tests (`*.test.ts`). Most share a process with many others, since a process for each file
 * spends half a second on loading the same modules; some need one of their own. `npm run test:quick` (`quick`): only
 * those that start no server and no process.
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
  'packages/local-lambda/test/{gateway/router,environments/state,runtime-api/http-request}.test.ts',
  'packages/local-lambda/test/{logs-api/*-*,sample-events/samples,tell-once,cli/env-file}.test.ts',
  'test/{domain,house,adapters/memory}/**/*.test.ts',
  'test/{functions/run,hosts/lambda,hosts/exact-json,hosts/queue-message,hosts/worker/message}.test.ts',
  'test/bench/{analysis,herd,plan,reports,results,world}/**/*.test.ts',
  'test/bench/{agents/judge,load/arrivals}.test.ts',
  'test/bench/statistics/!(coverage)*.test.ts',
];
/** Tests that start servers and processes, but set no variable, handler or global of theirs that others would see. */
const SHARED = [
  'packages/{local-lambda,log-insights}/test/**/*.test.ts',
  'test/bench/{cli,{commands,engines,scenarios}/*}.test.ts',
  // Simulations begin before any test is registered, after which the runner follows each promise: theirs take as long again.
  'test/bench/run/!(equal-work|uneven-rounds)*.test.ts',
  'test/bench/stacks/!(package-stack)*.test.ts',
  'test/bench/load/{connection,event-connection,pacing,response-reader,throttling}.test.ts',
  'test/adapters/dynamodb/{aws-signature,http-exchange,side-by-side}.test.ts',
  'test/deploy/{guard,partitions,query-definitions,workflows}.test.ts',
  'test/hosts/{container,extension,functions-contract,watch}.test.ts',
];
/** Processes for those, side by side: each waits for its functions most of the time. */
const SHARED_PROCESSES = 3;

/** The paths of a pattern, written alike, without those of installed packages. */
function filesOf(patterns: string | readonly string[]): readonly string[] {
  const found = globSync(patterns, { exclude: ['**/node_modules/**'] });
  return found.map((path) => path.replace(/^\.\//, '')).sort();
}

/** Starts `node --test`; resolves with its exit code and what it has printed, unless that went to the terminal. */
async function runTests(
  options: readonly string[],
  files: readonly string[],
  output: 'inherit' | 'pipe',
): Promise<{ readonly code: number; readonly printed: string }> {
  const child = spawn(process.execPath, ['--test', ...options, ...files], {
    stdio: ['ignore', output, output],
  });
  const streams = [child.stdout, child.stderr].map((stream) => text(stream ?? Readable.from([])));
  const [code] = await once(child, 'exit');
  return { code: code ?? 1, printed: (await Promise.all(streams)).join('') };
}

const quick = filesOf(QUICK);
const inOneProcess = ['--test-isolation=none', '--test-timeout=120000'];

if (process.argv[2] === 'quick') {
  process.exitCode = (await runTests(inOneProcess, quick, 'inherit')).code;
} else {
  const shared = filesOf(SHARED).filter((path) => !quick.includes(path));
  const others = filesOf(ALL).filter((path) => !quick.includes(path) && !shared.includes(path));
  // Every third, not a third: neighbours of one folder take about the same time.
  const parts = Array.from({ length: SHARED_PROCESSES }, (_, part) =>
    shared.filter((_, i) => i % SHARED_PROCESSES === part),
  );
  const runs = await Promise.all([
    runTests(['--test-concurrency=2', '--test-timeout=420000'], others, 'inherit'),
    ...[quick, ...parts].map((files) => runTests(inOneProcess, files, 'pipe')),
  ]);
  // Whole, where it does not lie between the lines of the others.
  for (const { printed } of runs) process.stdout.write(printed);
  process.exitCode = runs.every(({ code }) => code === 0) ? 0 : 1;
}
