import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLab } from './run-lab.ts';

test('evaluator and hand-written loop give the same answer, and a ratio', async () => {
  const { code, stdout, stderr } = await runLab(['insights', '--lines', '5000', '--rounds', '1']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^evaluator \/ hand-written +[0-9.]+ +[0-9.]+ +[0-9.]+$/m);
});
