/** `npm run check:templates`: cfn-lint and checkov over the templates of every stack, actionlint and GitHub's schema over the workflows. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parametersOf, STACKS } from '../../bench/stacks/catalogue.ts';
import { copyProject } from '../../bench/stacks/project-copy.ts';
import { ensurePython, RehearsalUsageError } from '../python-environment.ts';
import { CommandError, runUntil } from '../run.ts';
import { checkWorkflows } from './workflows.ts';

const ROOT = join(import.meta.dirname, '../..');
const WORKFLOWS = join(ROOT, '.github/workflows');
const LIMIT_MS = 120_000;
const KINDS = ['create', 'update'] as const;

interface Accepted {
  readonly cfnLint: Readonly<Record<string, string>>;
  readonly checkov: Readonly<Record<string, string>>;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupted.abort());
  const folder = await mkdtemp(join(tmpdir(), 'sheep-shed-checks-'));
  try {
    await check(folder, interrupted.signal);
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    process.stderr.write(`check:templates: ${(error as Error).message}\n`);
    if (error instanceof CommandError) process.stderr.write(error.output);
    return error instanceof RehearsalUsageError ? 2 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function check(folder: string, signal: AbortSignal): Promise<void> {
  const run = runUntil(signal);
  const bin = await ensurePython(ROOT, join(import.meta.dirname, 'requirements.txt'), run);
  const accepted: Accepted = JSON.parse(await readFile(join(import.meta.dirname, 'accepted.json'), 'utf8'));
  const workflows = await checkWorkflows(WORKFLOWS, bin, folder, run, LIMIT_MS);
  process.stdout.write(`ok  ${workflows} workflows: GitHub's schema and actionlint\n`);
  await copyProject(ROOT, folder, Object.values(STACKS));
  const needed = new Set<string>();
  for (const [stack, row] of Object.entries(STACKS)) {
    const settings = { cwd: join(folder, row.folder), env: process.env, limitMs: LIMIT_MS };
    await run(join(ROOT, 'node_modules/.bin/serverless'), ['package', ...parametersOf(row)], settings);
    for (const kind of KINDS) {
      const template = `.serverless/cloudformation-template-${kind}-stack.json`;
      const ignored = Object.keys(accepted.cfnLint).join(',');
      await run(join(bin, 'cfn-lint'), ['--ignore-checks', ignored, '--template', template], settings);
      const options = ['--skip-download', '--soft-fail', '--framework', 'cloudformation', '-o', 'json'];
      const report = await run(join(bin, 'checkov'), [...options, '-f', template], settings);
      for (const { id, resource } of findingsOf(report)) {
        if (!Object.hasOwn(accepted.checkov, id)) throw new Error(`${stack}, ${kind}: ${id} at ${resource}`);
        needed.add(id);
      }
    }
    process.stdout.write(`ok  ${stack}: create and update template\n`);
  }
  // A list that may only grow hides what has been mended.
  const stale = Object.keys(accepted.checkov).filter((id) => !needed.has(id));
  if (stale.length > 0)
    throw new Error(`accepted.json names findings that do not occur: ${stale.join(', ')}`);
  process.stdout.write(`ok  ${needed.size} accepted findings of checkov, each with its reason\n`);
}

function findingsOf(report: string): { id: string; resource: string }[] {
  // Warnings may stand before the report.
  const start = report.search(/^\{/m);
  const { results } = JSON.parse(report.slice(start)) as {
    results?: { failed_checks: { check_id: string; resource: string }[]; passed_checks: unknown[] };
  };
  if (results === undefined || results.passed_checks.length === 0) throw new Error('checkov checked nothing');
  return results.failed_checks.map(({ check_id: id, resource }) => ({ id, resource }));
}
