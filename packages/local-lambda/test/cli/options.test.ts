import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommand, renderHelp, SERVE_OPTIONS } from '../../src/cli/options.ts';

test('flags become options, and what is not given is left to the host', () => {
  assert.deepEqual(
    parseCommand(['--port', '0', '--memory-limit', 'off', '--scaling', 'eager-reuse', '--watch']),
    {
      kind: 'serve',
      envFile: undefined,
      packageFirst: true,
      dynamodb: true,
      watch: true,
      options: {
        packageDir: ['.serverless'],
        logsDir: 'results/logs',
        port: 0,
        memoryLimit: false,
        scaling: 'eager-reuse',
      },
    },
  );
  const two = parseCommand(['--package', 'a/.serverless', '--package', 'b/.aws-sam/build']);
  assert.ok(two.kind === 'serve' && !two.packageFirst);
  assert.deepEqual(two.options.packageDir, ['a/.serverless', 'b/.aws-sam/build']);
  assert.deepEqual(parseCommand(['logs', 'get-dog', '--follow']), {
    kind: 'logs',
    logsDir: 'results/logs',
    group: 'get-dog',
    follow: true,
  });
});

test('bad input is named with what is allowed', () => {
  const cases: [string[], RegExp][] = [
    [['--frob'], /--frob.*allowed: --package/],
    [['--port', 'x'], /^--port: must be a number, is "x"$/],
    [['--scaling', 'fast'], /^--scaling: must be lambda or eager-reuse, is "fast"$/],
    [['--dynamodb', 'maybe'], /^--dynamodb: must be on or off/],
    [['--memory-limit', 'maybe'], /^--memory-limit: must be on or off/],
    [['serve'], /^command: must be logs or nothing, is serve$/],
    [['logs', 'a', 'b'], /^function: one at most/],
  ];
  for (const [args, message] of cases) assert.throws(() => parseCommand(args), { message });
});

test('help lists every flag', () => {
  for (const { name } of SERVE_OPTIONS) assert.ok(renderHelp().includes(`--${name}`), name);
});
