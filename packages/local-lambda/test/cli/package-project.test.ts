import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageProject } from '../../src/cli/package-project.ts';
import { temporaryFolder } from '../fixture-package.ts';

test('what a packaging leaves in the folder for temporary files goes with it, and what a killed one left', async (t) => {
  const project = await temporaryFolder(t);
  const { pid } = spawnSync(process.execPath, ['--version']);
  const left = join(tmpdir(), `local-lambda-package-${pid}-abc123`);
  await mkdir(left);
  const plugin = `require('node:fs').mkdtempSync(process.env.TMPDIR + '/esbuild-');
    process.stderr.write(process.env.TMPDIR); process.exit(3);`;
  const folder = await packageProject(project, { program: [process.execPath, '-e', plugin] });
  assert.match(folder ?? '', new RegExp(`local-lambda-package-${process.pid}-`));
  assert.deepEqual([existsSync(folder ?? ''), existsSync(left)], [false, false]);
});
