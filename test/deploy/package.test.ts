import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import { STACK_NAMES } from '../../bench/stacks/catalogue.ts';
import { packageAnew, packageOf, ROOT, zipsOf } from './packages.ts';

for (const stack of STACK_NAMES) {
  test(`two packagings of ${stack} in different folders give the same zips byte by byte, which hold no path of the machine`, async (t) => {
    const anew = await packageAnew(t, stack);
    const zips = await zipsOf(anew);
    assert.equal(Object.keys(zips).length, 4);
    assert.deepEqual(await zipsOf(await packageOf(stack)), zips);
    for (const name of Object.keys(zips)) {
      const files = Object.values(unzipSync(await readFile(join(anew, name))));
      const text = Buffer.concat(files).toString('latin1');
      assert.ok(text.length > 1000);
      for (const secret of [dirname(anew), ROOT])
        assert.ok(!text.includes(secret), `${name} holds ${secret}`);
    }
  });
}
