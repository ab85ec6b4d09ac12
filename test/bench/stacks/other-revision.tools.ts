import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { unzipSync } from 'fflate';
import { judge } from '../../../bench/analysis/gates.ts';
import { isMissing } from '../../../bench/analysis/metrics.ts';
import { ratiosOf } from '../../../bench/analysis/ratios.ts';
import { summaryOf } from '../../../bench/analysis/summary.ts';
import { BENCH_OPTIONS } from '../../../bench/plan/options.ts';
import { settleOptions } from '../../../bench/plan/settle-options.ts';
import { renderTerminal } from '../../../bench/reports/terminal.ts';
import { runBench } from '../../../bench/run/whole-run.ts';
import { STACKS } from '../../../bench/stacks/catalogue.ts';
import { giveModules } from '../../../bench/stacks/other-modules.ts';
import { packageOther } from '../../../bench/stacks/other-revision.ts';
import { packageStack } from '../../../bench/stacks/package-stack.ts';
import { copyProject } from '../../../bench/stacks/project-copy.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LIMIT_MS = 60_000;
const never = new AbortController().signal;
const silent = { step: () => undefined, line: () => undefined, end: () => undefined };

async function git(root: string, ...args: readonly string[]): Promise<string> {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgSign=false'];
  const all = ['-C', root, ...identity, ...args];
  return (await promisify(execFile)('git', all, { timeout: LIMIT_MS })).stdout.trim();
}

/** The project's inputs as they stand, as a repository of one commit. */
async function repository(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'other-revision-test-'));
  await copyProject(ROOT, root, [STACKS.ts]);
  await writeFile(join(root, '.gitignore'), 'node_modules\n.cache\nresults\n');
  await git(root, 'init', '--quiet');
  await commitAll(root);
  return root;
}

async function commitAll(root: string): Promise<string> {
  await git(root, 'add', '--all');
  await git(root, 'commit', '--quiet', '--message', 'a revision');
  return git(root, 'rev-parse', 'HEAD');
}

/** The cat waits, busily, for some ms in each call. */
async function slowDown(root: string): Promise<void> {
  const path = join(root, 'src/functions/get-cat/run.ts');
  const source = await readFile(path, 'utf8');
  const wait = 'for (const until = performance.now() + 40; performance.now() < until; );';
  const slow = source.replace('  refuseImpossible(', `  ${wait}\n  refuseImpossible(`);
  assert.notEqual(slow, source);
  await writeFile(path, slow);
}

/** What is in the bundles of a package, by name. */
async function bundlesOf(packageDir: string): Promise<Record<string, string>> {
  const zips = (await readdir(packageDir)).filter((name) => name.endsWith('.zip')).sort();
  const found: Record<string, string> = {};
  for (const zip of zips) {
    const files = unzipSync(await readFile(join(packageDir, zip)));
    for (const [name, bytes] of Object.entries(files)) {
      if (!name.endsWith('/')) found[`${zip} ${name}`] = Buffer.from(bytes).toString();
    }
  }
  return found;
}

const other = (root: string, given: string) => packageOther(root, given, 'ts', STACKS.ts, silent, never);

/** Of the tests that follow each other: what one has packaged the next finds. */
let root: string;
before(async () => {
  root = await repository();
});
after(() => rm(root, { recursive: true, force: true }));

test('the same revision gives the same bundles, with the workspaces of the revision and not of the project', async () => {
  const mine = await bundlesOf(await packageStack(ROOT, 'ts', STACKS.ts, never, () => undefined));
  const first = await other(root, 'HEAD');
  assert.deepEqual(first.notices, []);
  assert.deepEqual(await bundlesOf(first.packageDir), mine);

  const options = join(root, 'packages/options/src/options.ts');
  await appendFile(options, "\nglobalThis.process.title = 'of this revision';\n");
  const commit = await commitAll(root);
  const second = await other(root, commit);
  assert.equal(second.commit, commit);
  assert.match(Object.values(await bundlesOf(second.packageDir)).join(), /of this revision/);
  assert.equal((await other(root, 'HEAD~1')).packageDir, first.packageDir, 'a commit is packaged once');
  assert.deepEqual(await bundlesOf(first.packageDir), mine);
  assert.equal((await git(root, 'worktree', 'list')).split('\n').length, 1, 'no worktree is left');
  assert.equal(await git(root, 'status', '--porcelain'), '', 'and nothing is changed');

  const folder = await other(root, root);
  assert.equal(folder.commit, undefined);
  assert.deepEqual(await bundlesOf(folder.packageDir), await bundlesOf(second.packageDir));
  assert.ok(!existsSync(join(root, '.serverless')), 'the folder is not changed either');
});

test('two revisions are measured in one run, each as it is, and the verdict decides the exit code', async () => {
  await slowDown(root);
  const out = join(root, 'results', 'x.json');
  const args = ['--against', 'HEAD', '--scenario', 'cat', '--rounds', '5', '--duration', '0.3'];
  const command = { options: BENCH_OPTIONS, usage: String };
  const line = readCommand(command, [...args, '--warm-up', '0', '--cold', '0', '--out', out], {});
  assert.equal(line.kind, 'run');
  let tattoo = 1n;
  const { result, failure } = await runBench(root, settleOptions(line.values), {
    progress: silent,
    signal: never,
    nextTattoo: () => tattoo++,
    now: Date.now,
    steadyNow: () => performance.now(),
    sleep: (milliseconds) => sleep(milliseconds),
  });
  assert.equal(failure, undefined);
  assert.deepEqual(
    result.stacks.map(({ name, commit }) => [name, commit]),
    [
      ['ts', undefined],
      ['against', await git(root, 'rev-parse', 'HEAD')],
    ],
  );
  const medianOf = (name: string) =>
    summaryOf(result).figures.find(({ stack }) => stack === name)?.p50?.value;
  assert.ok((medianOf('ts') ?? 0) >= 40, 'the project as it stands waits');
  assert.ok((medianOf('against') ?? 0) > 0);
  // How sure the verdict is depends on what else this machine does; that it decides does not.
  const [verdict] = ratiosOf(result, 'p50');
  assert.ok(verdict !== undefined && !isMissing(verdict.figures) && verdict.other === 'against');
  const { code, against } = judge(result, { thresholds: [], baseline: undefined });
  assert.equal(code, verdict.figures.verdict === 'slower' ? 4 : 0);
  assert.equal(against?.against, 'HEAD');
  assert.match(renderTerminal(result), /against\s+is\s+HEAD\s+\([0-9a-f]{9}\)/);
});

test('what cannot be measured against is refused in the words of the tool that failed', async (t) => {
  const root = await repository();
  t.after(() => rm(root, { recursive: true, force: true }));
  const refused = async (given: string, line: RegExp) => {
    const error = await other(root, given).catch((reason: unknown) => reason);
    assert.ok(error instanceof OptionError && line.test(error.message), String(error));
  };
  await refused('no-such-branch', /^--against must be a git revision .*; got "no-such-branch"/);
  await refused('--help', /^--against must be a git revision .*; got "--help"/);
  await refused(join(root, 'src'), /^--against must be a git revision/);
  await writeFile(join(root, 'bench/stacks/catalogue.json'), '{}');
  await commitAll(root);
  await refused('HEAD', /^--against HEAD has no stack ts$/);
  await rm(join(root, 'bench'), { recursive: true });
  await writeFile(join(root, 'serverless.yml'), 'service: [');
  await commitAll(root);
  await refused(
    'HEAD',
    /^--against HEAD cannot be packaged here: sls package failed for the stack ts of HEAD:\n/,
  );
  assert.equal((await git(root, 'worktree', 'list')).split('\n').length, 1, 'no worktree is left');
});

test('another lock file gets modules of its own', async (t) => {
  const checkout = await mkdtemp(join(tmpdir(), 'other-modules-test-'));
  t.after(() => rm(checkout, { recursive: true, force: true }));
  await mkdir(join(checkout, 'dependency'));
  await writeFile(join(checkout, 'dependency/package.json'), '{"name":"dependency","version":"1.0.0"}');
  const manifest = { name: 'x', version: '1.0.0', dependencies: { dependency: 'file:dependency' } };
  await writeFile(join(checkout, 'package.json'), JSON.stringify(manifest));
  const lock = (version: string) => ({
    name: 'x',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { ...manifest, dependencies: { dependency: version } },
      dependency: { version: '1.0.0' },
      'node_modules/dependency': { resolved: 'dependency', link: true },
    },
  });
  const give = () => giveModules(checkout, [ROOT], silent, never);
  await writeFile(
    join(checkout, 'package-lock.json'),
    JSON.stringify({ name: 'x', version: '1.0.0', lockfileVersion: 3, packages: {} }),
  );
  await assert.rejects(give(), /^Error: npm ci failed:\n[\s\S]*in sync/);
  await writeFile(join(checkout, 'package-lock.json'), JSON.stringify(lock('file:dependency')));
  await give();
  assert.deepEqual(await readdir(join(checkout, 'node_modules')), ['.package-lock.json', 'dependency']);
});
