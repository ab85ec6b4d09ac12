import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const ENTRIES = ['src/functions/*/handler.ts', 'src/hosts/cli.ts'];

/** Imports what it is given, then tells what was written to the environment and what keeps the process alive. */
const CHILD = `
const before = JSON.stringify(process.env);
for (const file of JSON.parse(process.argv[1])) await import(file);
const open = process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY|FSReq|Immediate)/.test(name));
console.log(JSON.stringify({ open, changed: JSON.stringify(process.env) !== before }));`;

test('importing any source but the entry points needs no configuration, opens nothing and changes nothing', async () => {
  const entries = await Array.fromAsync(glob(ENTRIES, { cwd: ROOT }));
  const files = (await Array.fromAsync(glob('src/**/*.ts', { cwd: ROOT }))).filter(
    (file) => !entries.includes(file),
  );
  assert.ok(files.length > 20 && entries.length === 9);
  const paths = JSON.stringify(files.map((file) => join(ROOT, file)));
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', CHILD, paths],
    { cwd: ROOT, env: {}, timeout: 60_000 },
  );
  assert.equal(stderr, '');
  assert.deepEqual(JSON.parse(stdout), { open: [], changed: false });
});

test('package.json tells bundlers the same', () => {
  const { sideEffects } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  assert.deepEqual(sideEffects, ENTRIES);
});
