import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { unzipSync } from 'fflate';
import { STACK_NAMES } from '../../bench/stacks/catalogue.ts';
import { openWorkshop, ROOT, type Workshop } from './packages.ts';

describe('two packagings of the same sources', () => {
  let one: Workshop;
  let two: Workshop;

  before(async () => {
    [one, two] = [await openWorkshop(), await openWorkshop()];
    for (const workshop of [one, two]) for (const stack of STACK_NAMES) await workshop.pack(stack);
  });
  after(async () => {
    await one.remove();
    await two.remove();
  });

  for (const stack of STACK_NAMES) {
    it(`in different folders give zips of ${stack} that are the same byte by byte`, async () => {
      const zips = await one.zips(stack);
      assert.equal(Object.keys(zips).length, 4);
      assert.deepEqual(await two.zips(stack), zips);
    });
  }

  it('hold no path of the machine that made them', async () => {
    for (const stack of STACK_NAMES) {
      for (const name of Object.keys(await one.zips(stack))) {
        const zip = await readFile(join(one.packageDir(stack), name));
        const files = Object.values(unzipSync(zip));
        const text = Buffer.concat(files).toString('latin1');
        assert.ok(text.length > 1000);
        for (const secret of [one.folder, ROOT]) assert.ok(!text.includes(secret), `${name} holds ${secret}`);
      }
    }
  });
});
