import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandLine, readCommand } from '../src/command.ts';
import type { Option, OptionTable } from '../src/options.ts';
import { filePath, wholeNumber } from '../src/readers.ts';

const COMMAND = {
  options: {
    herd: {
      env: 'HERD',
      help: 'how many',
      short: 'n',
      default: 5,
      ...wholeNumber(0, 9),
    } satisfies Option<number>,
    out: { help: 'where to', ...filePath } satisfies Option<string>,
    key: { env: 'KEY', help: 'a key', isSecret: true, ...filePath } satisfies Option<string>,
  },
  usage: (options: string) => `Usage: x\n${options}\n`,
};
const FILES: Readonly<Record<string, string>> = {
  'x.json': '{"herd": 3}',
  'list.json': '[1]',
  'bad.json': '{',
};
const readText = (path: string): string => {
  const text = FILES[path];
  if (text === undefined) throw new Error('no such file');
  return text;
};
const read = (...args: string[]) => readCommand(COMMAND, args, { HERD: '4', KEY: 's3cret' }, readText);
const textOf = (line: CommandLine<OptionTable>) =>
  line.kind === 'show' ? line.text : assert.fail('it runs');

test('a command line is values and words', () => {
  assert.deepEqual(read('a', '-n', '7', 'b'), {
    kind: 'run',
    values: { herd: 7, out: undefined, key: 's3cret' },
    words: ['a', 'b'],
  });
});

test('--help shows the options of the command and those of every command, whatever else is wrong', () => {
  for (const args of [['--help'], ['-h', '--herd', 'x', '--config', 'none.json']]) {
    const text = textOf(read(...args));
    assert.match(text, /^Usage: x\n {2}--herd, -n +how many/);
    for (const flag of ['--config', '--show-config', '--help, -h'])
      assert.ok(text.includes(`\n  ${flag} `), flag);
  }
});

test('--config names a file that the environment and the command line beat', () => {
  const values = (environment: Record<string, string>, ...args: string[]) => {
    const line = readCommand(COMMAND, ['--config', 'x.json', ...args], environment, readText);
    return line.kind === 'run' ? line.values.herd : assert.fail(line.text);
  };
  assert.deepEqual([values({}), values({ HERD: '4' }), values({ HERD: '4' }, '-n', '7')], [3, 4, 7]);
});

test('--show-config shows each value and its source, and no secret', () => {
  assert.equal(
    textOf(read('--show-config', '--out', 'a b.json')),
    `--herd  4         HERD
--out   a b.json  command line
--key   (secret)  KEY
`,
  );
  const command = { ...COMMAND, presetOf: () => ({ herd: 8 }) };
  const shown = (...args: string[]) => textOf(readCommand(command, ['--show-config', ...args], {}, readText));
  assert.match(shown(), /^--herd {2}8 {2}preset\n--out {3}– {2}not given\n--key {3}– {2}not given\n$/);
  assert.match(shown('--config', 'x.json'), /^--herd {2}3 {2}x\.json\n/);
  assert.match(textOf(readCommand(COMMAND, ['--show-config'], {}, readText)), /^--herd {2}5 {2}default\n/);
});

test('a file that cannot be used is named', () => {
  const rows: readonly [path: string, message: RegExp][] = [
    ['none.json', /^--config none\.json cannot be read: no such file$/],
    ['bad.json', /^--config bad\.json cannot be read: .*JSON/],
    ['list.json', /^--config list\.json must hold a JSON object of options by name$/],
  ];
  for (const [path, message] of rows) {
    assert.throws(() => read('--config', path), { name: 'OptionError', message });
  }
});
