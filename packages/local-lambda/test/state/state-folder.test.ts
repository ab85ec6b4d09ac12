import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startLocalLambda } from '../../src/start.ts';
import { lockFolder } from '../../src/state/lock.ts';
import { openStateFolder } from '../../src/state/state-folder.ts';
import { serve, temporaryFolder } from '../fixture-package.ts';

test('documents are there again when the folder is opened again', async (t) => {
  const folder = join(await temporaryFolder(t), 'not/yet/there');
  const first = await openStateFolder(folder, true);
  await first.write('functions', 'orders', { n: 0 });
  // The last one wins, however many are under way.
  await Promise.all([1, 2, 3].map((n) => first.write('functions', 'orders', { n })));
  await first.write('functions', 'gone', 1);
  await first.remove('functions', 'gone');
  await first.remove('functions', 'never');
  await first.remove('nowhere', 'never');
  const zip = await first.writeBytes('code', 'abc.zip', Buffer.from('bytes'));
  assert.equal(await readFile(zip, 'utf8'), 'bytes');
  assert.throws(() => first.write('functions', '../x', 1), /must be letters/);
  await assert.rejects(openStateFolder(folder, true), new RegExp(`in use by the process ${process.pid}`));
  await first.close();

  // What a killed host was writing, and the lock of a process that is gone.
  await writeFile(join(folder, 'functions/half.tmp'), '{"for');
  await mkdir(join(folder, 'lock'));
  await writeFile(join(folder, 'lock', `${process.pid}-0`), '');
  const second = await openStateFolder(folder, false);
  assert.deepEqual([...(await second.readAll('functions'))], [['orders', { n: 3 }]]);
  assert.deepEqual([...(await second.readAll('nowhere'))], []);
  assert.deepEqual(await readdir(join(folder, 'functions')), ['orders.json']);

  for (const [text, reason] of [
    ['{"format":1,', /bad\.json is no JSON/],
    ['{}', /bad\.json has no format/],
    ['{"format":2,"value":1}', /bad\.json has the format 2, and this version of local-lambda reads 1/],
  ] as const) {
    await writeFile(join(folder, 'functions/bad.json'), text);
    await assert.rejects(second.readAll('functions'), reason);
  }
  await second.close();
  assert.deepEqual((await readdir(folder)).sort(), ['code', 'functions']);
});

test('of hosts that find the lock of a dead one at the same moment, one gets the folder', async (t) => {
  const parent = await temporaryFolder(t);
  for (let round = 0; round < 20; round += 1) {
    const folder = join(parent, String(round));
    await mkdir(join(folder, 'lock'), { recursive: true });
    await writeFile(join(folder, 'lock', `${process.pid}-0`), '');
    const tries = await Promise.allSettled(Array.from({ length: 4 }, () => lockFolder(folder)));
    const got = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const refused = tries.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    assert.equal(got.length, 1);
    for (const reason of refused) assert.match(reason, /is in use by the process/);
    await got[0]?.();
    assert.deepEqual(await readdir(folder), []);
  }
});

test('a host without packages serves nothing, says what it keeps, and leaves the folder to the next one', async (t) => {
  const folder = await temporaryFolder(t);
  const empty = await serve(t, folder, { packageDir: [] });
  assert.deepEqual([empty.functions, empty.routes], [[], []]);
  assert.match(empty.notices.join('\n'), /without --state FOLDER nothing is kept/);
  assert.equal((await fetch(`${empty.url}/any`)).status, 404);
  const state = join(folder, 'state');
  const kept = await startLocalLambda({ packageDir: [], logsDir: join(folder, 'logs'), state });
  await assert.rejects(
    startLocalLambda({ packageDir: [], logsDir: join(folder, 'logs'), state }),
    /is in use by the process/,
  );
  await kept.close();
  await (await startLocalLambda({ packageDir: [], logsDir: join(folder, 'logs'), state })).close();
});
