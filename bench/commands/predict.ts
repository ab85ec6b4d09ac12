import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { predictAll } from '../analysis/prediction/on-lambda.ts';
import { PREDICT_OPTIONS } from '../plan/predict-options.ts';
import { onLambdaTable } from '../reports/on-lambda-table.ts';
import { renderTable } from '../reports/table.ts';
import { readResult } from '../results/result-file.ts';
import type { Terminal } from '../world/terminal.ts';
import { oneResult } from './one-result.ts';
import { ownFactors } from './own-factors.ts';

const USAGE = (options: string) => `Usage: npm run bench -- predict <result file> [options]

Says what AWS Lambda would make of a run on this machine at each memory size: duration, first call, billed time and cost,
each with its range. docs/prediction.md says how, and where each number comes from.

${options}

Exit codes: 0 done; 2 wrong usage, or a result that cannot be predicted.

Examples:
  npm run bench -- predict results/x.json
  npm run bench -- predict results/x.json --memory 128,512,1769 --architecture x86_64 --calls-per-day 1000000
`;

/** Runs `bench predict` and gives its exit code. @throws OptionError on wrong usage and on a result that cannot be predicted. */
export async function predictCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const line = readCommand({ options: PREDICT_OPTIONS, usage: USAGE }, args, terminal.env);
  if (line.kind === 'show') {
    terminal.stdout.write(line.text);
    return 0;
  }
  const { values, words } = line;
  const path = oneResult('predict', words);
  const { memory, architecture, callsPerDay, factors } = values;
  const options = {
    ...(await ownFactors(factors)),
    ...(memory !== undefined && { memoryMb: memory }),
    ...(architecture !== undefined && { architecture }),
  };
  const { found, missing } = predictAll(await readResult(path), options);
  const why = missing.length === 0 ? 'it holds no scenario' : missing.join('; ');
  if (found.length === 0) throw new OptionError(`${path} cannot be predicted: ${why}`);
  const { title, header, rows, note } = onLambdaTable(found, callsPerDay);
  const notes = missing.map((one) => `Not predicted: ${one}`);
  terminal.stdout.write(`${[title, renderTable(header, rows), note, ...notes].join('\n')}\n`);
  return 0;
}
