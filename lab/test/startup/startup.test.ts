import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLab } from '../run-lab.ts';

test('a stack that cannot start is named', async () => {
  const { code, stderr } = await runLab(['startup', '--stack', 'python'], { PATH: '/nowhere' });
  assert.match(stderr, /--stack python cannot run here: python3 is not on the PATH/);
  assert.equal(code, 2);
});

test('one start of one stack fills the table and the tree', async () => {
  const words = 'startup --starts 1 --stack ts --tree ts/get-cat';
  const { code, stdout, stderr } = await runLab(words.split(' '));
  assert.equal(code, 0, stderr);
  for (const name of ['bare-node', 'post-sheep', 'get-dog', 'get-cat', 'delete-wolf'])
    assert.match(stdout, new RegExp(`${name} +[\\d.]+ `));
  assert.match(
    stdout,
    /\nimports of ts\/get-cat:\n.*\n +[\d.]+ +[\d.]+ {2}src\/functions\/get-cat\/handler.ts\n/,
  );
  assert.ok(stdout.split('\n').length < 40, 'one screen');
});
