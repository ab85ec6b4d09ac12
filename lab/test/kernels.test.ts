import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeHerd } from '../../bench/herd/make-herd.ts';
import { checkVariant } from '../kernels/check.ts';
import { renderKernel } from '../kernels/report.ts';
import type { Variant } from '../kernels/variants.ts';
import { findVariants } from '../kernels/variants.ts';
import { runLab } from './run-lab.ts';

const IN_NODE = ['TypeScript plain', 'TypeScript tuned'];
const herd = makeHerd(300, 1);

test('every variant that runs here keeps to the workload rules', async (t) => {
  const { variants, notices } = await findVariants(() => {});
  for (const notice of notices) t.diagnostic(notice);
  const names = variants.map(({ name }) => name);
  assert.ok(
    IN_NODE.every((name) => names.includes(name)),
    names.join(', '),
  );
  for (const variant of variants) {
    const { wolf } = await checkVariant(variant, herd);
    assert.equal(wolf, String(herd.primes[0]?.tattoo), variant.name);
  }
});

test('a variant that saves steps, or misses a prime, is found out', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-kernels-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [honest] = (await findVariants(() => {})).variants.filter(({ name }) => name === 'TypeScript tuned');
  const lying = async (name: string, change: string): Promise<Variant> => {
    const script = join(folder, `${name}.mjs`);
    await writeFile(
      script,
      `import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
const child = spawn(process.execPath, ${JSON.stringify(honest?.sourceArgs)}, { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
for await (const line of createInterface({ input: process.stdin })) {
  child.stdin.write(line + '\\n');
  const { value } = await answers.next();
  console.log(${change});
}
child.stdin.end();`,
    );
    return {
      name,
      kernels: ['cat'],
      program: process.execPath,
      args: [],
      sourceArgs: [script],
      environment: {},
    };
  };
  const hasty = await lying('hasty', "line.startsWith('steps') ? value - 1 : value");
  await assert.rejects(checkVariant(hasty, herd), /hasty: steps of A\(0, 5\)/);
  const careless = await lying('careless', "line === 'primes' ? value.replace(/^\\d+ /, '') : value");
  await assert.rejects(checkVariant(careless, herd), /careless: positions of the sheep of prime weight/);
});

test('a machine without Rust and Python is told of, and TypeScript measured', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-kernels-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const words = 'kernels --rounds 1 --seconds 0.01 --herd 50';
  const { stdout } = await runLab(words.split(' '), { PATH: folder });
  assert.match(stdout, /measuring without Rust: cargo is not on the PATH/);
  assert.match(stdout, /measuring without Python: python3 is not on the PATH/);
  assert.match(stdout, /× TypeScript plain/);
});

test('ratios and their interval are those to plain Rust', () => {
  const series = (name: string, warm: readonly number[]) => ({
    variant: { name, kernels: ['cat'], program: '', args: [], sourceArgs: [], environment: {} } as const,
    kernel: 'cat' as const,
    warm: [...warm],
    first: [...warm],
  });
  const text = renderKernel('a title', 'cat', [
    series('Rust plain', [2, 4]),
    series('TypeScript plain', [8, 16]),
    series('TypeScript tuned', [1, 2]),
  ]);
  assert.match(text, /TypeScript plain +12\.00 +4\.00 +4\.00 to 4\.00/);
  assert.match(text, /warm: 0\.50 × Rust plain \(0\.50 to 0\.50\); at most 0\.35 was aimed at/);
  assert.match(text, /warm: 8\.0 times as fast as TypeScript plain \(rounds: 8\.0 to 8\.0\)/);
});
