import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { codeOf } from '../analysis/gates.ts';
import { readK6Points } from '../engines/k6-points.ts';
import { resultOfPoints, resultOfSummary } from '../engines/k6-result.ts';
import { readK6Summary } from '../engines/k6-summary.ts';
import { linesOf } from '../engines/lines.ts';
import { IMPORT_OPTIONS } from '../plan/export-options.ts';
import { wantsColour } from '../reports/colour.ts';
import { renderTerminal } from '../reports/terminal.ts';
import type { BenchResult } from '../results/result.ts';
import { writeResult } from '../results/result-file.ts';
import type { Terminal } from '../world/terminal.ts';

const USAGE = (options: string) => `Usage: npm run bench -- import <file>... [options]

Reads results of k6 into a result file, for report and compare: the points of --out json=FILE (.gz too; several files of
one run together), of which every latency is known, or one summary of --summary-export or handleSummary. The bench
verified none of these answers, and every report says so.

${options}

Exit codes: 0 read; 1 a check failed or a request was lost; 2 wrong usage, or a file that is none of these.

Examples:
  npm run bench -- import points.json.gz
  npm run bench -- import summary.json --scenario dog --stack python
`;

/** Summaries have some kilobytes. */
const MAX_SUMMARY_BYTES = 50_000_000;

/** Runs `bench import` and gives its exit code. @throws OptionError on wrong usage, and on files that hold no results. */
export async function importCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const line = readCommand({ options: IMPORT_OPTIONS, usage: USAGE }, args, terminal.env);
  if (line.kind === 'show') {
    terminal.stdout.write(line.text);
    return 0;
  }
  const { values, words } = line;
  const [first] = words;
  if (first === undefined)
    throw new OptionError('import takes files of k6, such as points.json.gz; got none');
  const result = await readAs(words, values);
  const path = values.out ?? join('results', `${result.startedAt.replaceAll(':', '-')}.json`);
  await writeResult(path, result);
  const { stdout, env } = terminal;
  stdout.write(`${renderTerminal(result, wantsColour(stdout, env))}\n\n`);
  stdout.write(`Result file: ${relative(process.cwd(), path)}\n`);
  return codeOf(result, [], undefined);
}

interface Given {
  readonly scenario: 'cat' | 'sheep' | 'dog' | 'wolf' | undefined;
  readonly stack: string;
}

async function readAs(paths: readonly string[], { scenario, stack }: Given): Promise<BenchResult> {
  const [first = ''] = paths;
  if (await hasPoints(first)) return resultOfPoints(await readK6Points(allLines(paths), stack));
  if (paths.length > 1) throw new OptionError(`import takes one summary; got "${paths.join(' ')}"`);
  const { size, mtimeMs } = await stat(first);
  if (size > MAX_SUMMARY_BYTES) {
    throw new OptionError(`${first} has ${size} bytes, more than the ${MAX_SUMMARY_BYTES} of a summary`);
  }
  return resultOfSummary(readK6Summary(await readJson(first), scenario, stack), mtimeMs);
}

/** Whether a file begins with a line of points, as k6 writes them: a metric, or a point of one. */
async function hasPoints(path: string): Promise<boolean> {
  for await (const line of linesOf(path)) {
    if (line.trim() !== '') return /^\{.*"type": ?"(Metric|Point)".*\}\r?$/.test(line);
  }
  return false;
}

async function* allLines(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths) yield* linesOf(path);
}

async function readJson(path: string): Promise<unknown> {
  const lines: string[] = [];
  for await (const line of linesOf(path)) lines.push(line);
  try {
    return JSON.parse(lines.join('\n'));
  } catch (error) {
    throw new OptionError(`${path} is cut off or no JSON (${(error as Error).message})`);
  }
}
