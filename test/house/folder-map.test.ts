import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
const [, section = ''] = /## Folder map\n([\s\S]*?)\n## /.exec(page) ?? [];
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

/** What you search the file for when the page has sent you there. */
const LOOKED_FOR: Readonly<Record<string, string>> = {
  'bench/statistics/ratio.ts': '(other[round] ?? Number.NaN) / value',
  'bench/analysis/ratios.ts': 'RATIO_METRICS',
  'src/hosts/http-answer.ts': 'SHEEP_ALREADY_IN_SHED: 409',
  'packages/local-lambda/src/logs/lines.ts': '`REPORT RequestId: ',
  'bench/plan/options.ts': 'BENCH_OPTIONS',
  'bench/stacks/catalogue.json': '"python"',
};

test('what you look for is in the file that the page names', () => {
  const [, sentence = ''] = /\*\*Where to look:\*\*(.*)/.exec(page) ?? [];
  const named = [...sentence.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
  assert.deepEqual(named, Object.keys(LOOKED_FOR));
  for (const [path, text] of Object.entries(LOOKED_FOR)) {
    assert.ok(readFileSync(join(ROOT, path), 'utf8').includes(text), `${path} has no ${text}`);
  }
});
