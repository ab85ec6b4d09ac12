import type { Option } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { filePath, wordOf } from '@sheep-shed/options/readers';
import { compareResults } from '../analysis/compare.ts';
import { codeOf } from '../analysis/gates.ts';
import { EXIT_CODES } from '../plan/gate-options.ts';
import { wantsColour } from '../reports/colour.ts';
import { renderComparison, renderComparisonMarkdown } from '../reports/comparison.ts';
import { readResult } from '../results/result-file.ts';
import type { Terminal } from '../world/terminal.ts';
import { put } from './report.ts';

const FORMATS = ['terminal', 'markdown', 'json'] as const;

/** The options of `bench compare`. */
export const COMPARE_OPTIONS = {
  format: {
    help: 'form of the report',
    default: 'terminal',
    ...wordOf(FORMATS),
  } satisfies Option<(typeof FORMATS)[number]>,
  out: {
    help: 'file to write instead of the standard output',
    ...filePath,
  } satisfies Option<string>,
};

const USAGE = (options: string) => `Usage: npm run bench -- compare <before>... <after> [options]

Compares a result file with earlier ones, scenario by scenario, stack by stack, metric by metric. With three earlier
files or more their spread tells what differs between runs; with fewer the intervals are widened by an assumption.

${options}

${EXIT_CODES}

Example:
  npm run bench -- compare before.json after.json --format markdown
  npm run bench -- compare monday.json tuesday.json wednesday.json today.json
`;

/** Runs `bench compare` and gives its exit code. @throws OptionError on wrong usage and on files that are no results. */
export async function compareCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const line = readCommand({ options: COMPARE_OPTIONS, usage: USAGE }, args, terminal.env);
  if (line.kind === 'show') {
    terminal.stdout.write(line.text);
    return 0;
  }
  const { values, words } = line;
  const [before, after] = [words.slice(0, -1), words.at(-1)];
  if (after === undefined || before.length === 0) {
    throw new OptionError(
      `compare takes two result files or more, the later one last; got "${words.join(' ')}"`,
    );
  }
  const later = await readResult(after);
  const comparison = compareResults(await Promise.all(before.map(readResult)), later);
  const names = { before, after };
  const hasColour = values.out === undefined && wantsColour(terminal.stdout, terminal.env);
  const texts = {
    terminal: () => renderComparison(comparison, names, hasColour),
    markdown: () => renderComparisonMarkdown(comparison, names),
    json: () => JSON.stringify({ ...names, ...comparison }, undefined, 2),
  };
  await put(texts[values.format](), values.out, terminal);
  return codeOf(later, [], comparison);
}
