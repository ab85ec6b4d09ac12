/**
 * `npm run check:templates`: cfn-lint and checkov over the templates of every stack, actionlint and GitHub's schema
 * over the workflows, hadolint over the Dockerfile, schemas over compose.yaml and the manifests of Kubernetes.
 */
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { AGENT_PACKAGE } from '../../bench/stacks/agent-package.ts';
import { STACKS, type StackInputs, UNCOMPILED_STACK_NAMES } from '../../bench/stacks/catalogue.ts';
import { packageStack } from '../../bench/stacks/package-stack.ts';
import { ensurePython, RehearsalUsageError } from '../python-environment.ts';
import { CommandError, runUntil } from '../run.ts';
import { OWN_ARCHITECTURE } from '../serverless-cli.ts';
import { checkContainers } from './containers.ts';
import { checkWorkflows } from './workflows.ts';

const ROOT = join(import.meta.dirname, '../..');
const WORKFLOWS = join(ROOT, '.github/workflows');
const LIMIT_MS = 120_000;
const KINDS = ['create', 'update'] as const;

/**
 * What is packaged, by name: every stack, the load agent, and a stack with portraits and flocks. `npm run test:rust` proves that the template
 * of the stack that cargo compiles is Python's.
 */
const PACKAGES: readonly (readonly [name: string, stack: StackInputs])[] = [
  ...UNCOMPILED_STACK_NAMES.map((name) => [name, STACKS[name]] as const),
  ['agents', AGENT_PACKAGE],
  ['ts-portraits', { ...STACKS.ts, parameters: { portraits: 'on', architecture: OWN_ARCHITECTURE } }],
];

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
  const manifests = await checkContainers({ root: ROOT, bin, folder, run, limitMs: LIMIT_MS });
  process.stdout.write(`ok  Dockerfile, compose.yaml and ${manifests} manifests of Kubernetes\n`);
  const templates: string[] = [];
  for (const [title, stack] of PACKAGES) {
    const packageDir = await packageStack(ROOT, title, stack, signal, () => undefined);
    for (const kind of KINDS) {
      const name = `${title}-${kind}.json`;
      await copyFile(join(packageDir, `cloudformation-template-${kind}-stack.json`), join(folder, name));
      templates.push(name);
    }
  }
  // All at once: either program takes longer to start than to check one.
  const settings = { cwd: folder, env: process.env, limitMs: LIMIT_MS };
  const ignored = Object.keys(accepted.cfnLint).join(',');
  const options = [
    '--skip-download',
    '--soft-fail',
    '--compact',
    '--framework',
    'cloudformation',
    '-o',
    'json',
  ];
  const files = templates.flatMap((name) => ['-f', name]);
  const [report] = await Promise.all([
    run(join(bin, 'checkov'), [...options, ...files], settings),
    run(join(bin, 'cfn-lint'), ['--ignore-checks', ignored, '--template', ...templates], settings),
  ]);
  const { findings, checked } = resultsOf(report);
  const unchecked = templates.filter((name) => !checked.has(name));
  if (unchecked.length > 0) throw new Error(`checkov checked nothing in ${unchecked.join(', ')}`);
  const isAccepted = ({ id }: { readonly id: string }) => Object.hasOwn(accepted.checkov, id);
  const found = findings.filter((one) => !isAccepted(one));
  if (found.length > 0) {
    const lines = found.map(({ id, resource, template }) => `${template}: ${id} at ${resource}`);
    throw new Error(`checkov finds\n${lines.join('\n')}`);
  }
  const needed = new Set(findings.map(({ id }) => id));
  process.stdout.write(`ok  create and update templates of ${PACKAGES.map(([name]) => name).join(', ')}\n`);
  // A list that may only grow hides what has been mended.
  const stale = Object.keys(accepted.checkov).filter((id) => !needed.has(id));
  if (stale.length > 0)
    throw new Error(`accepted.json names findings that do not occur: ${stale.join(', ')}`);
  process.stdout.write(`ok  ${needed.size} accepted findings of checkov, each with its reason\n`);
}

interface Checked {
  readonly check_id: string;
  readonly resource: string;
  readonly file_path: string;
}

/** What checkov found, and the templates in which something passed. */
function resultsOf(report: string) {
  // Warnings may stand before the report.
  const start = report.search(/^\{/m);
  const { results } = JSON.parse(report.slice(start)) as {
    results: { failed_checks: readonly Checked[]; passed_checks: readonly Checked[] };
  };
  return {
    findings: results.failed_checks.map(({ check_id: id, resource, file_path: path }) => ({
      id,
      resource,
      template: basename(path),
    })),
    checked: new Set(results.passed_checks.map(({ file_path: path }) => basename(path))),
  };
}
