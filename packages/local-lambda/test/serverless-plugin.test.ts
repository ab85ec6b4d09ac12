import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from './fixture-package.ts';
import { SERVERLESS, writeService } from './fixture-service.ts';

const run = promisify(execFile);

// That it packages, serves and swaps is shown with the packed plugin: test/packages/packed.tools.ts.

test('sls local shows its settings and where they come from, and names a wrong one', async (t) => {
  const project = await temporaryFolder(t);
  await symlink(resolve('node_modules'), join(project, 'node_modules'));
  await writeService(project, 'one');
  const local = (...args: string[]) =>
    run(process.execPath, [SERVERLESS, 'local', ...args], { cwd: project });
  const { stdout } = await local('--show-config', '--max-environments', '3', '--env', 'A=1', '--env', 'B=2');
  assert.match(stdout, /^--logs +logs +custom\.localLambda\n--port +0 +custom\.localLambda\n/);
  assert.match(stdout, /^--max-environments +3 +command line$/m);
  assert.match(stdout, /^--env +A=1 B=2 +command line$/m);
  await assert.rejects(local('--port', 'x'), ({ stdout: said }) => {
    assert.match(said, /^--port must be a whole number from 0 to 65535; got "x"$/m);
    assert.doesNotMatch(said, /\n {4}at /);
    return true;
  });
});
