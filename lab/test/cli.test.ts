import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labHere, runLab } from './run-lab.ts';

const { stdout: list } = await runLab([]);
const names = [...list.matchAll(/^(\S+) +How|^(\S+) +(?:What|Does)/gm)].map(([, how, what]) => how ?? what);

test('the list names every experiment, what it answers and how long it takes', () => {
  assert.ok(names.length >= 11, list);
  for (const name of ['kernels', 'startup', 'levers', 'scale', 'host', 'overhead', 'insights', 'self']) {
    assert.match(list, new RegExp(`^${name} +\\S.*\\? +[0-9]+ (s|min)$`, 'm'));
  }
});

test('every experiment loads and describes its options', async () => {
  for (const name of names) {
    const { code, stdout, stderr } = await labHere([String(name), '--help']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`^Usage: npm run lab -- ${name} \\[options\\]\n\n.*\n\n  --`));
  }
});

test('in a process of its own a wrong word is named on the standard error, with exit code 2', async () => {
  const { code, stdout, stderr } = await runLab(['kernel']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^lab: unknown experiment "kernel"/);
});

const REFUSED: readonly (readonly [words: string, message: RegExp])[] = [
  ['kernel', /^lab: unknown experiment "kernel"; there are kernels, startup, /],
  ['kernels --rounds 0', /^lab: --rounds must be a whole number from 1 to 1000; got "0"$/],
  ['kernels --herd x', /^lab: --herd must be a whole number from 1 to 100000; got "x"$/],
  [
    'kernels --fast',
    /^lab: unknown option --fast; allowed: --rounds, --seconds, --herd, --config, --show-config, --help$/,
  ],
  ['kernels now', /^lab: unexpected word "now"$/],
  ['startup --cpu 0', /--cpu must be a number above 0, at most 1; got "0"/],
  ['startup --cpu 1.01', /--cpu must be a number above 0, at most 1; got "1.01"/],
  ['startup --cpu -0.5', /--cpu must be a number above 0/],
  ['startup --starts 0', /--starts must be a whole number from 1 to 1000; got "0"/],
  ['startup --stack cobol', /--stack must be one of ts, .*, each at most once; got "cobol"/],
  ['startup --tree ts/get-cow', /--tree must be <stack>\/<function>, .* got "ts\/get-cow"/],
  ['startup --stack ts --tree python/get-cat', /--tree must be of a stack that is measured/],
  ['levers --lever crowbar', /--lever must be one of builtins, .*; got "crowbar"/],
  ['scale --herd 5', /--herd must be a whole number from 100 to 1000000, each at most once; got "5"/],
];

for (const [words, message] of REFUSED) {
  test(`lab refuses ${words} and names it`, async () => {
    const { code, stderr } = await labHere(words.split(' '));
    assert.match(stderr.trim(), message);
    assert.equal(stderr.trim().split('\n').length, 1, 'one line');
    assert.equal(code, 2);
  });
}
