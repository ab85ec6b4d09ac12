import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..');
const [, section = ''] =
  /## Folder map\n([\s\S]*?)\n## /.exec(readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')) ?? [];
const mapped = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, folder = '']) => folder);

/** The folders that hold tracked files or files that are about to be, two levels deep. */
function foldersOnDisk(): Set<string> {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const folders = new Set<string>();
  for (const file of files.split('\n').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    const parts = file.split('/').slice(0, -1);
    if (parts.length > 0) folders.add(parts[0] ?? '');
    if (parts.length > 1) folders.add(parts.slice(0, 2).join('/'));
  }
  return folders;
}

test('every folder of the map is on the disk', () => {
  assert.ok(mapped.length > 10, 'the map is found');
  for (const folder of mapped) assert.ok(statSync(join(ROOT, folder)).isDirectory(), folder);
});

test('every folder on the disk is on the map, itself or as part of one that is described whole', () => {
  for (const folder of foldersOnDisk()) {
    const isMapped = mapped.includes(folder) || mapped.some((one) => one.startsWith(`${folder}/`));
    const [parent = ''] = folder.split('/');
    const isPartOfMapped = folder.includes('/') && mapped.includes(parent) && parent !== 'src';
    assert.ok(
      isMapped || isPartOfMapped || folder.startsWith('.'),
      `${folder} is not on the map of docs/architecture.md`,
    );
  }
});
