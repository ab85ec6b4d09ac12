import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './packages.ts';

interface Asked {
  readonly stage: string;
  readonly region: string;
  readonly params: readonly string[];
  readonly stacks: readonly string[];
}
interface GuardModule {
  problemOf(asked: Asked): string | undefined;
  readonly PARAMETERS: Readonly<Record<string, { holds(text: string): boolean }>>;
}

const guard: GuardModule = createRequire(import.meta.url)(join(ROOT, 'deploy/guard.cjs'));
const usual: Asked = { stage: 'dev', region: 'eu-west-3', params: [], stacks: ['ts', 'tsthin'] };

const REFUSED: readonly (readonly [Partial<Asked>, RegExp])[] = [
  [{ stage: 'alice' }, /^--stage must be one of dev, test, prod; got "alice"$/],
  [{ region: 'eu-west-9' }, /^--region must be an AWS region .*; got "eu-west-9"$/],
  [
    { region: 'us-iso-east-1' },
    /^--region must be in one of the partitions aws, .*, and not in aws-iso; got/,
  ],
  [
    { params: ['memorySize=100'] },
    /^--param memorySize must be a whole number from 128 to 10240; got "100"$/,
  ],
  [{ params: ['retention=8'] }, /^--param retention must be one of 1, 3, 5, .*; got "8"$/],
  [{ params: ['architecture=arm'] }, /architecture must be one of arm64, x86_64; got "arm"$/],
  [{ params: ['auth='] }, /auth must be one of none, iam; got ""$/],
  [{ params: ['reservedConcurrency=0'] }, /reservedConcurrency must be a whole number from 1 to 1000/],
  [{ params: ['budgetEmail=nobody'] }, /budgetEmail must be none or an e-mail address; got "nobody"$/],
  [{ params: ['boundary=a:b'] }, /boundary must be none or the name of a managed policy .*; got "a:b"$/],
  [{ params: ['memory=128'] }, /^--param must be one of memorySize, .*; got "memory"$/],
  [{ params: ['constructor=1'] }, /^--param must be one of/],
  [{ params: ['stack=python'] }, /^--param stack must be one of ts, tsthin; got "python"$/],
  [{ params: ['stack=python'], stacks: ['python'] }, /^--param must be one of .*; got "stack"$/],
];

for (const [asked, message] of REFUSED) {
  test(`the guard refuses ${JSON.stringify(asked)}`, () => {
    assert.match(guard.problemOf({ ...usual, ...asked }) ?? 'nothing', message);
  });
}

test('the guard takes the defaults and every stage', () => {
  for (const stage of ['dev', 'test', 'prod']) assert.equal(guard.problemOf({ ...usual, stage }), undefined);
  const params = ['memorySize=1024', 'auth=iam', 'budgetEmail=a.shepherd@example.com'];
  assert.equal(guard.problemOf({ ...usual, params }), undefined);
});

test('every default of deploy/parameters.yml is a value that the guard allows', () => {
  const text = readFileSync(join(ROOT, 'deploy/parameters.yml'), 'utf8');
  const defaults = /^default:\n((?: {2}.*\n)+)/m.exec(text)?.[1] ?? '';
  const found = [...defaults.matchAll(/^ {2}([a-zA-Z]+): (.+)$/gm)];
  assert.ok(found.length > 5);
  for (const [, name = '', value = ''] of found) assert.ok(guard.PARAMETERS[name]?.holds(value), name);
});
