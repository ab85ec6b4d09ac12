import type { Option } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { filePath, wordOf } from '@sheep-shed/options/readers';
import { judge, readGates } from '../analysis/gates.ts';
import type { PredictOptions } from '../analysis/prediction/on-lambda.ts';
import { EXIT_CODES, GATE_OPTIONS } from '../plan/gate-options.ts';
import { FACTORS_OPTION } from '../plan/predict-options.ts';
import { wantsColour } from '../reports/colour.ts';
import { renderCsv } from '../reports/csv.ts';
import { renderJson } from '../reports/json.ts';
import { renderJudgement } from '../reports/judgement.ts';
import { renderMarkdown } from '../reports/markdown.ts';
import { renderTerminal } from '../reports/terminal.ts';
import type { BenchResult } from '../results/result.ts';
import { readResult, writeWhole } from '../results/result-file.ts';
import type { Terminal } from '../world/terminal.ts';
import { oneResult } from './one-result.ts';
import { ownFactors } from './own-factors.ts';

/** The formats of reports. */
export const FORMATS = ['terminal', 'markdown', 'html', 'csv', 'json'] as const;

type Format = (typeof FORMATS)[number];

/** The options of `bench report`. */
export const REPORT_OPTIONS = {
  format: {
    help: 'form of the report',
    default: 'terminal',
    ...wordOf(FORMATS),
  } satisfies Option<Format>,
  out: {
    help: 'file to write instead of the standard output',
    ...filePath,
  } satisfies Option<string>,
  factors: FACTORS_OPTION,
  ...GATE_OPTIONS,
};

const USAGE = (options: string) => `Usage: npm run bench -- report <result file> [options]

Makes a report from a result file, any time; with --baseline and --threshold it judges it too.

${options}

${EXIT_CODES}

Examples:
  npm run bench -- report results/x.json
  npm run bench -- report results/x.json --format html --out report.html
  npm run bench -- report results/x.json --threshold 'wolf.p99<250ms' --baseline main.json
`;

/** Runs `bench report` and gives its exit code. @throws OptionError on wrong usage and on files that are no results. */
export async function reportCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const line = readCommand({ options: REPORT_OPTIONS, usage: USAGE }, args, terminal.env);
  if (line.kind === 'show') {
    terminal.stdout.write(line.text);
    return 0;
  }
  const { values, words } = line;
  const path = oneResult('report', words);
  const gates = await readGates(values);
  const result = await readResult(path);
  const hasColour = values.out === undefined && wantsColour(terminal.stdout, terminal.env);
  const factors = await ownFactors(values.factors);
  await put(await renderAs(values.format, result, factors, hasColour), values.out, terminal);
  const judgement = judge(result, gates);
  const names = { before: gates.baseline?.paths ?? [], after: path };
  const text = renderJudgement(judgement, names, wantsColour(terminal.stderr, terminal.env));
  // Beside the report, which another program may read.
  if (text !== '') terminal.stderr.write(`${text}\n`);
  return judgement.code;
}

/** Writes a report to a file, or to the standard output where there is none. */
export async function put(text: string, out: string | undefined, { stdout }: Terminal): Promise<void> {
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  if (out === undefined) stdout.write(whole);
  else await writeWhole(out, whole);
}

async function renderAs(
  format: Format,
  result: BenchResult,
  factors: PredictOptions,
  hasColour: boolean,
): Promise<string> {
  switch (format) {
    case 'terminal':
      return renderTerminal(result, hasColour, factors);
    case 'markdown':
      return renderMarkdown(result, factors);
    case 'csv':
      return renderCsv(result);
    case 'json':
      return renderJson(result, factors);
    case 'html': {
      // It takes 300 ms to load, which the others need not wait for.
      const { renderHtml } = await import('../reports/html/page.ts');
      return renderHtml(result, factors);
    }
  }
}
