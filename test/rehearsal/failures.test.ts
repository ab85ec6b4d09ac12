/** What `npm run rehearse` says and leaves behind when it cannot run, or is stopped. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { STACK_NAMES } from '../../bench/stacks/catalogue.ts';

const ROOT = join(import.meta.dirname, '../..');
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sheep-shed-failures-'));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of the project without the environments that were made already. */
async function freshProject(name: string): Promise<string> {
  const project = join(folder, name);
  await mkdir(project, { recursive: true });
  const parts = ['package.json', 'bench', 'rehearsal', 'src', 'test/contracts', 'docs/deployer-policy.json'];
  for (const part of parts) await cp(join(ROOT, part), join(project, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  return project;
}

function rehearseIn(project: string, environment: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, TMPDIR: folder, ...environment }, timeout: 120_000 };
    execFile(process.execPath, [join(project, 'rehearsal/cli.ts')], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

// Most of their time is waiting: side by side.
describe('failures of the rehearsal', { concurrency: true }, () => {
  test('no python3: one line with the remedy, exit code 2', async () => {
    const project = await freshProject('no-python');
    const { code, stderr } = await rehearseIn(project, { PATH: dirname(process.execPath) });
    assert.equal(stderr, 'rehearsal: python3 with venv is needed: install Python 3.10 or later\n');
    assert.equal(code, 2);
  });

  test('no network for the virtual environment: one line with the remedy, exit code 2, and no half environment', async () => {
    const project = await freshProject('no-network');
    const { code, stderr } = await rehearseIn(project, {
      // Nothing listens on port 1 of this machine.
      PIP_INDEX_URL: 'http://127.0.0.1:1/simple',
      PIP_EXTRA_INDEX_URL: '',
      PIP_CONFIG_FILE: '/dev/null',
      PIP_NO_CACHE_DIR: '1',
      PIP_RETRIES: '0',
    });
    assert.match(stderr, /^rehearsal: the packages could not be installed: .*PIP_INDEX_URL\)\n$/);
    assert.equal(code, 2);
    const made = await readdir(join(project, '.cache'));
    const complete = made.map((name) => join(project, '.cache', name, 'complete'));
    for (const file of complete) await assert.rejects(readFile(file));
  });

  test('an option that does not exist, and a stack that does not: exit code 2', () => {
    for (const [args, line] of [
      [['--fast'], 'unknown option --fast; allowed: --stack, --portraits, --config, --show-config, --help\n'],
      [['--stack', 'x'], `--stack must be one of ${STACK_NAMES.join(', ')}, each at most once; got "x"\n`],
    ] as const) {
      assert.throws(
        () => execFileSync(process.execPath, [join(ROOT, 'rehearsal/cli.ts'), ...args], { stdio: 'pipe' }),
        (error: { status: number; stderr: Buffer }) => error.status === 2 && String(error.stderr) === line,
      );
    }
  });
});
