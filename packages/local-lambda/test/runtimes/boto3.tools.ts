/** Needs PyPI, or what stands in for it. */
import assert from 'node:assert/strict';
import { access, cp, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { preparePython } from '../../src/runtimes/python/prepare-python.ts';
import { temporaryFolder } from '../fixture-package.ts';

test('boto3 that somebody damaged is installed anew', async (t) => {
  const source = await preparePython('.cache', () => undefined);
  if (!source.ready) return t.diagnostic(`passed over: ${source.reason}`);
  const cacheDir = await temporaryFolder(t);
  const progress: string[] = [];
  const prepare = async () => {
    const prepared = await preparePython(cacheDir, (message) => progress.push(message));
    assert.ok(prepared.ready);
    return prepared.sitePackages;
  };
  await cp(source.sitePackages, join(cacheDir, basename(source.sitePackages)), { recursive: true });
  const folder = await prepare();
  assert.deepEqual(progress, []);
  await rm(join(folder, 'botocore/session.py'));
  assert.equal(await prepare(), folder);
  assert.match(progress[0] ?? '', / is not as it was installed; installing boto3 /);
  await access(join(folder, 'botocore/session.py'));
  await prepare();
  assert.equal(progress.length, 1);
});

test('hosts that install at once do not take what another runs from', async (t) => {
  const cacheDir = await temporaryFolder(t);
  const prepared = await Promise.all([1, 2, 3].map(() => preparePython(cacheDir, () => undefined)));
  for (const one of prepared) {
    assert.ok(one.ready, JSON.stringify(one));
    await access(join(one.sitePackages, 'botocore/session.py'));
  }
  assert.deepEqual(await readdir(cacheDir), [
    ...new Set(prepared.map((one) => one.ready && basename(one.sitePackages))),
  ]);
});
