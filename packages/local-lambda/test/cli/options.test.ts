import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommand } from '../../src/cli/command.ts';

test('flags become options, and what is not given has its default', () => {
  assert.deepEqual(
    parseCommand(['--port', '0', '--memory-limit', 'off', '--scaling', 'eager-reuse', '--watch', 'off']),
    {
      kind: 'serve',
      envFile: undefined,
      packageFirst: true,
      dynamodb: true,
      watch: false,
      options: {
        packageDir: ['.serverless'],
        logsDir: 'results/logs',
        port: 0,
        host: '127.0.0.1',
        maxEnvironments: 100,
        maxHostEnvironments: 1_000,
        maxBodiesMb: 256,
        maxQueuedEvents: 10_000,
        idleSeconds: 600,
        memoryLimit: false,
        cpu: 'full',
        freeze: false,
        privateTmp: false,
        scaling: 'eager-reuse',
        strict: false,
        schedules: false,
        runtimeSdk: false,
      },
    },
  );
  const tokenOf = (args: readonly string[], environment = {}) => {
    const command = parseCommand(args, environment);
    return command.kind === 'serve' ? command.options.token : undefined;
  };
  const environment = { LOCAL_LAMBDA_TOKEN: 'of-the-environment' };
  assert.equal(tokenOf([], environment), 'of-the-environment');
  assert.equal(tokenOf(['--token', 'of-the-command-line'], environment), 'of-the-command-line');
  assert.throws(() => tokenOf(['--token', 'short']), { message: /^--token must be at least 16 letters/ });
  const two = parseCommand(['--package', 'a/.serverless', '--package', 'b/.aws-sam/build']);
  assert.ok(two.kind === 'serve' && !two.packageFirst && !two.watch);
  assert.deepEqual(two.options.packageDir, ['a/.serverless', 'b/.aws-sam/build']);
  assert.deepEqual(parseCommand(['serve', '--port', '0']), parseCommand(['--port', '0']));
  const kept = parseCommand(['serve', '--state', 'kept']);
  assert.ok(kept.kind === 'serve' && kept.options.state === 'kept');
  const given = parseCommand(['--parameter', 'Stage=prod', '--env', 'A=1=2', '--env', 'B=']);
  assert.ok(given.kind === 'serve');
  assert.deepEqual(given.options.parameters, { Stage: 'prod' });
  assert.deepEqual(given.options.environment, { A: '1=2', B: '' });
  assert.deepEqual(parseCommand(['logs', 'get-dog', '--follow']), {
    kind: 'logs',
    logsDir: 'results/logs',
    group: 'get-dog',
    follow: true,
    host: undefined,
  });
});

test('bad input is named with what is allowed', () => {
  const cases: [string[], RegExp][] = [
    [['--frob'], /--frob.*allowed: --package/],
    [['--port', 'x'], /^--port must be a whole number from 0 to 65535; got "x"$/],
    [['--scaling', 'fast'], /^--scaling must be one of lambda, eager-reuse; got "fast"$/],
    [['--dynamodb', 'maybe'], /^--dynamodb must be one of on, off/],
    [['--memory-limit', 'maybe'], /^--memory-limit must be one of on, off/],
    [['--env', 'A'], /^--env must be NAME=VALUE; got "A"$/],
    [['--parameter', '=a'], /^--parameter must be NAME=VALUE; got "=a"$/],
    [['server'], /^command: must be serve, invoke, event, logs, ps, drop, redrive or nothing, is server$/],
    [['logs', 'a', 'b'], /^function: one at most/],
  ];
  for (const [args, message] of cases) assert.throws(() => parseCommand(args), { message });
});

test('a project that is packaged here is watched unless told otherwise; variables and help come with the table', () => {
  const here = parseCommand([], { LOCAL_LAMBDA_PORT: '4000' });
  assert.ok(here.kind === 'serve' && here.watch && here.packageFirst);
  assert.equal(here.options.port, 4000);
  const help = parseCommand(['--help']);
  assert.ok(help.kind === 'show' && help.text.includes('--max-environments'));
  assert.equal(parseCommand(['logs', '--show-config']).kind, 'show');
});
