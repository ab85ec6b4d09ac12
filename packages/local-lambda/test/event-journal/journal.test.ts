import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openJournal } from '../../src/event-journal/journal.ts';
import { temporaryFolder } from '../fixture-package.ts';

interface Entry {
  readonly text: string;
  readonly count: number;
}

const FORMAT = {
  encode: (entry: Partial<Entry>) => entry,
  decode: (value: object) => value as Entry,
  sizeOf: ({ text }: Entry) => text.length,
};

const segmentsOf = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.log'));

test('entries, their changes and removals survive; what is torn or damaged takes nothing else with it', async (t) => {
  const folder = await temporaryFolder(t);
  const notices: string[] = [];
  const open = () => openJournal<Entry>(folder, FORMAT, (notice) => notices.push(notice));
  const first = await open();
  await Promise.all(['a', 'b', 'c', 'd'].map((id) => first.put(id, { text: id.repeat(3), count: 0 })));
  first.change('b', { count: 2 });
  first.remove('c');
  await first.close();

  const second = await open();
  assert.deepEqual(Object.fromEntries(second.entries), {
    a: { text: 'aaa', count: 0 },
    b: { text: 'bbb', count: 2 },
    d: { text: 'ddd', count: 0 },
  });
  await second.put('e', { text: 'eee', count: 0 });
  await second.close();
  // What lives was written anew, and nothing else is left.
  const [name = '', ...others] = await segmentsOf(folder);
  assert.deepEqual(others, []);
  const path = join(folder, name);
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  assert.equal(lines.length, 4);

  // A bit of the second record is lost, and the last one was not yet written whole.
  await writeFile(path, `${lines[0]}\n${lines[1]?.replace('bbb', 'bxb')}\n${lines[2]}\n${lines[3]}\n`);
  await appendFile(path, lines[0]?.slice(0, 20) ?? '');
  const third = await open();
  assert.deepEqual([...third.entries.keys()], ['a', 'd', 'e']);
  await third.close();
  const at = (lines[0]?.length ?? 0) + 1;
  assert.equal(notices.length, 1);
  assert.match(
    notices[0] ?? '',
    new RegExp(`^state: the record at byte ${at} of .*${name} is damaged; it lies in`),
  );
  const aside = await readFile(join(folder, 'damaged', `${name.slice(0, 8)}-${at}`), 'utf8');
  assert.match(aside, /bxb/);

  // Wherever the last write is cut, all before it is there.
  const [last = ''] = await segmentsOf(folder);
  const whole = await readFile(join(folder, last));
  await truncate(join(folder, last), whole.length - 3);
  const fourth = await open();
  assert.deepEqual([...fourth.entries.keys()], ['a', 'd']);
  await fourth.close();
  assert.equal(notices.length, 1);
});

test('what is dead goes away while the journal is written', async (t) => {
  const folder = await temporaryFolder(t);
  const journal = await openJournal<Entry>(folder, FORMAT, assert.fail);
  const text = 'x'.repeat(1_000_000);
  await journal.put('kept', { text: 'kept', count: 1 });
  for (let n = 0; n < 20; n += 1) {
    await journal.put(`${n}`, { text, count: n });
    journal.remove(`${n}`);
  }
  await journal.close();
  assert.ok((await segmentsOf(folder)).length <= 2);
  const again = await openJournal<Entry>(folder, FORMAT, assert.fail);
  assert.deepEqual(Object.fromEntries(again.entries), { kept: { text: 'kept', count: 1 } });
  await again.close();
});

test('an entry that the disk refuses is not there, and its writer is told', async (t) => {
  const folder = await temporaryFolder(t);
  const journal = await openJournal<Entry>(folder, FORMAT, () => undefined);
  // The next segment cannot be made: its name is taken.
  await writeFile(join(folder, '00000001.log'), '');
  await assert.rejects(journal.put('a', { text: 'a', count: 0 }), { code: 'EEXIST' });
  assert.equal(journal.entries.size, 0);
  await journal.put('b', { text: 'b', count: 0 });
  await journal.close();
});
