import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFlags, renderOptions } from '../src/flags.ts';
import type { Option } from '../src/options.ts';
import { OptionError, resolveOptions } from '../src/options.ts';
import { wholeNumber, wordsOf } from '../src/readers.ts';

const TABLE = {
  herdSize: { env: 'HERD_SIZE', help: 'how many', default: 5, ...wholeNumber(0, 9) } satisfies Option<number>,
  stack: { env: 'STACK', help: 'which', repeatable: true, ...wordsOf(['ts', 'python']) } satisfies Option<
    readonly ('ts' | 'python')[]
  >,
  loud: {
    help: 'say more',
    isSwitch: true,
    default: false,
    allowed: 'true or false',
    read: ([text]) => text === 'true',
  } satisfies Option<boolean>,
};
const resolve = (args: string[], environment = {}, file = {}) =>
  resolveOptions(TABLE, { file, environment, flags: readFlags(TABLE, args).flags });

test('each source beats the one before: default, file, environment, command line', () => {
  const file = { herdSize: 1 };
  const environment = { HERD_SIZE: '2' };
  assert.equal(resolve([]).herdSize, 5);
  assert.equal(resolve([], {}, file).herdSize, 1);
  assert.equal(resolve([], environment, file).herdSize, 2);
  assert.equal(resolve(['--herd-size', '3'], environment, file).herdSize, 3);
});

test('flags take their value either way, switches take none, repeatable ones add up', () => {
  assert.deepEqual(resolve(['--herd-size=4', '--loud', '--stack', 'python', '--stack', 'ts']), {
    herdSize: 4,
    loud: true,
    stack: ['python', 'ts'],
  });
  assert.deepEqual(resolve([], { STACK: 'ts,python' }, {}).stack, ['ts', 'python']);
  assert.deepEqual(resolve([], {}, { stack: ['ts'], loud: true }), {
    herdSize: 5,
    stack: ['ts'],
    loud: true,
  });
  assert.deepEqual(readFlags(TABLE, ['report', '--loud', 'x.json']).words, ['report', 'x.json']);
});

test('what is not allowed is named with its source, its value and what is allowed', () => {
  const rows: readonly [() => unknown, string][] = [
    [() => resolve(['--herd-size', '10']), '--herd-size must be a whole number from 0 to 9; got "10"'],
    [() => resolve(['--herd-size', '-1']), '--herd-size must be a whole number from 0 to 9; got "-1"'],
    [() => resolve([], { HERD_SIZE: 'x' }), 'HERD_SIZE must be a whole number from 0 to 9; got "x"'],
    [() => resolve([], { HERD_SIZE: '' }), 'HERD_SIZE must be a whole number from 0 to 9; got ""'],
    [() => resolve([], {}, { herdSize: 1.5 }), 'herdSize must be a whole number from 0 to 9; got "1.5"'],
    [() => resolve([], {}, { herd: 1 }), 'unknown key herd in the file; allowed: herdSize, stack, loud'],
    [() => resolve(['--herd', '1']), 'unknown option --herd; allowed: --herd-size, --stack, --loud'],
    [() => resolve(['-l']), 'unknown option -l; allowed: --herd-size, --stack, --loud'],
    [
      () => resolve([], {}, { herdSize: {} }),
      'herdSize must be a text, a number, true, false, or a list of them; got {}',
    ],
    [() => resolve(['--herd-size']), '--herd-size lacks its value: it must be a whole number from 0 to 9'],
    [
      () => resolve(['--herd-size', '--loud']),
      '--herd-size lacks its value: it must be a whole number from 0 to 9',
    ],
    [
      () => resolve(['--herd-size', '1', '--herd-size', '2']),
      '--herd-size must be a whole number from 0 to 9 and be given once; got "1,2"',
    ],
    [
      () => resolve(['--stack', 'ts', '--stack', 'ts']),
      '--stack must be one of ts, python, each at most once; got "ts,ts"',
    ],
  ];
  for (const [act, message] of rows) assert.throws(act, { name: 'OptionError', message });
});

test('a required option that nobody gave is an error that names it', () => {
  const required = {
    table: { ...TABLE.herdSize, default: undefined, required: true, env: 'TABLE' } as const,
  };
  assert.throws(() => resolveOptions(required, {}), OptionError);
  assert.throws(() => resolveOptions(required, {}), {
    message: 'TABLE is missing: it must be a whole number from 0 to 9',
  });
});

test('the help has one line an option, with all that is to know of it', () => {
  const help = renderOptions(TABLE);
  assert.match(help, /--herd-size {2}how many \(a whole number from 0 to 9; default 5; HERD_SIZE\)/);
  assert.match(help, /--stack {6}which \(one of ts, python, each at most once; repeatable; STACK\)/);
  assert.match(help, /--loud {7}say more$/m);
});

test('the value of a secret is never repeated', () => {
  const table = { key: { env: 'KEY', help: 'a key', isSecret: true, ...wholeNumber(0, 9) } } as const;
  assert.throws(() => resolveOptions(table, { environment: { KEY: 's3cret,x' } }), {
    message: 'KEY must be a whole number from 0 to 9; got a value that is not shown',
  });
});
