import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { makeWorkFolder, removeOrphans } from '../../../bench/stacks/work-folder.ts';

const MODULE = import.meta.resolve('../../../bench/stacks/work-folder.ts');

test('what a killed run left goes at the next one, worktree included; what a living one works on stays', async (t) => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'work-folder-test-')));
  t.after(() => rm(root, { recursive: true, force: true }));
  const git = async (...args: readonly string[]) =>
    (await promisify(execFile)('git', ['-C', root, ...args])).stdout;
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgSign=false'];
  await git('init', '--quiet');
  await git(...identity, 'commit', '--quiet', '--allow-empty', '--message', 'a revision');
  const parent = join(root, 'packages');
  const own = await makeWorkFolder(parent, 'ts');
  await writeFile(join(parent, '.other'), 'not a work folder');
  const killed = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { execFileSync } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const { makeWorkFolder } = await import(${JSON.stringify(MODULE)});
    writeFileSync(await makeWorkFolder(${JSON.stringify(parent)}, 'python') + '/half', '');
    const checkout = await makeWorkFolder(${JSON.stringify(parent)}, 'against');
    execFileSync('git', ['-C', ${JSON.stringify(root)}, 'worktree', 'add', '--quiet', '--detach', checkout]);
    console.log('working');
    setTimeout(() => {}, 60_000);`,
  ]);
  await once(killed.stdout, 'data');
  await removeOrphans(root, parent);
  assert.equal((await readdir(parent)).length, 4, 'all of them live');
  killed.kill('SIGKILL');
  await once(killed, 'close');
  await removeOrphans(root, parent);
  assert.deepEqual((await readdir(parent)).sort(), ['.other', own.slice(parent.length + 1)].sort());
  assert.equal((await git('worktree', 'list')).trim().split('\n').length, 1);
  await removeOrphans(root, join(root, 'nowhere'));
});
