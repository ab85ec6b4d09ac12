import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { claimFolder } from '../../../bench/stacks/claim-folder.ts';

test('two runs at once get folders of their own, and the first one again when it is free', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'claim-test-'));
  t.after(() => rm(root, { recursive: true }));
  const folder = join(root, 'results', 'logs');
  const claims = await Promise.all([claimFolder(folder), claimFolder(folder), claimFolder(folder)]);
  assert.deepEqual(claims.map(({ path }) => path).sort(), [folder, `${folder}.2`, `${folder}.3`]);
  await Promise.all(claims.map(({ release }) => release()));
  const again = await claimFolder(folder);
  assert.equal(again.path, folder);
  await again.release();
});

test('the folder of a process that was killed is taken over', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'claim-test-'));
  t.after(() => rm(root, { recursive: true }));
  const ended = spawn(process.execPath, ['-e', '']);
  await once(ended, 'exit');
  const folder = join(root, 'logs');
  await writeFile(`${folder}.lock`, String(ended.pid));
  assert.equal((await claimFolder(folder)).path, folder);
});
