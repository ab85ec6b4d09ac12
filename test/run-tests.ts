/**
 * `npm run test:unit`: all tests (`*.test.ts`), those that need no process of their own in one process, and beside it
 * the others, each file in its own. `npm run test:quick` (`quick`): the first alone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const ALL = '{lab,packages/*,.}/test/**/*.test.ts';
/** Tests that start no server and no process, and leave nothing behind in theirs: a process for each costs 0.2 s. */
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

/** The paths of a pattern, written alike, without those of installed packages. */
function filesOf(patterns: string | readonly string[]): readonly string[] {
  const found = globSync(patterns, { exclude: ['**/node_modules/**'] });
  return found.map((path) => path.replace(/^\.\//, '')).sort();
}

function startTests(
  options: readonly string[],
  files: readonly string[],
  output: 'inherit' | 'pipe',
): ChildProcess {
  return spawn(process.execPath, ['--test', ...options, ...files], { stdio: ['ignore', output, output] });
}

const quick = filesOf(QUICK);
const inOneProcess = ['--test-isolation=none', '--test-timeout=60000'];

if (process.argv[2] === 'quick') {
  const [code] = await once(startTests(inOneProcess, quick, 'inherit'), 'exit');
  process.exitCode = code ?? 1;
} else {
  const others = filesOf(ALL).filter((path) => !quick.includes(path));
  const beside = startTests(inOneProcess, quick, 'pipe');
  const printed = Promise.all([
    text(beside.stdout ?? Readable.from([])),
    text(beside.stderr ?? Readable.from([])),
  ]);
  const ends = [
    once(beside, 'exit'),
    once(startTests(['--test-concurrency=4', '--test-timeout=420000'], others, 'inherit'), 'exit'),
  ];
  const codes = (await Promise.all(ends)).map(([code]) => code);
  // Whole, where it does not lie between the lines of the others.
  process.stdout.write(`\nThe tests that need no process:\n${(await printed).join('')}`);
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
}
