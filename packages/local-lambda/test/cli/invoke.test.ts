import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseFunction } from '../../src/choose-function.ts';
import { parseCommand } from '../../src/cli/command.ts';
import { invokeOnce } from '../../src/cli/invoke.ts';
import { startHost, temporaryFolder, writePackage } from '../fixture-package.ts';

const SOURCE = `let calls = 0;
export const handler = async (event) => {
  calls += 1;
  console.log('call', calls);
  if (event.failures >= calls) throw new RangeError('as asked');
  return { event, calls };
};`;

/** Runs the command in this process; `input` is its standard input. */
async function run(line: readonly string[], input = '') {
  const command = parseCommand(['invoke', ...line]);
  assert.ok(command.kind === 'invoke');
  const output = { stdout: '', stderr: '' };
  const into = (name: keyof typeof output) => ({
    write: (text: string | Uint8Array) => {
      output[name] += Buffer.from(text as Uint8Array).toString();
    },
  });
  const packageProject = async () => 'not asked for';
  const streams = { stdin: [Buffer.from(input)], stdout: into('stdout'), stderr: into('stderr') };
  const stdin = (async function* () {
    yield* streams.stdin;
  })();
  const code = await invokeOnce(command, { project: '.', packageProject }, { ...streams, stdin });
  return { code, ...output };
}

test('a package is started for one call: answer on stdout, log on stderr, the code of a failure', async (t) => {
  const folder = await temporaryFolder(t);
  const packageDir = await writePackage(join(folder, 'package'), { 'shop-dev-calls': { source: SOURCE } });
  const own = ['--package', packageDir, '--logs', join(folder, 'logs')];
  const good = await run(['calls', ...own, '--event', '-'], '{"n":1}');
  assert.deepEqual(JSON.parse(good.stdout), { event: { n: 1 }, calls: 1 });
  assert.match(good.stderr, /INIT_START.*\nSTART.*\n.*\tINFO\tcall 1\nEND.*\nREPORT.*\n$/);
  assert.equal(good.code, 0);

  await writeFile(join(folder, 'event.json'), '{"failures":1}');
  const bad = await run([...own, '-e', join(folder, 'event.json')]);
  assert.equal(bad.code, 1);
  assert.equal(JSON.parse(bad.stdout).errorType, 'RangeError');

  // An event is tried again before the host of this one call goes.
  const event = await run([...own, '--async', '--payload', '{"failures":1}']);
  assert.deepEqual([event.code, event.stdout], [0, '']);
  assert.match(event.stderr, /call 1\n.*RangeError.*call 2\n/s);
});

test('a host that runs is called with its token; what it refuses ends with one line', async (t) => {
  const token = 'a-token-of-this-test';
  const host = await startHost(t, { calls: { source: SOURCE } }, { token });
  const there = ['--endpoint', `${host.url}/`, '--token', token];
  const good = await run(['calls', ...there]);
  assert.deepEqual(JSON.parse(good.stdout), { event: {}, calls: 1 });
  assert.match(good.stderr, /^START.*\n.*\nEND.*\nREPORT.*\n$/);
  assert.equal((await run(['calls', ...there, '--payload', '{"failures":9}'])).code, 1);
  const queued = await run(['calls', ...there, '--async']);
  assert.deepEqual(queued, { code: 0, stdout: '', stderr: '' });

  const refused = (line: readonly string[], message: RegExp, input?: string) =>
    assert.rejects(run(line, input), { name: 'LocalLambdaError', message });
  await refused(['none', ...there], /^none: ResourceNotFoundException: Function not found: arn:/);
  await refused(['calls', '--endpoint', host.url], /^calls: 401: Unauthorized/);
  await refused(
    ['calls', '--endpoint', 'http://127.0.0.1:1'],
    /^--endpoint http:\/\/127.0.0.1:1: .*ECONNREFUSED/,
  );
  await refused(['calls', ...there, '--event', '/none'], /^--event: \/none cannot be read \(ENOENT/);
  await refused(['calls', ...there, '--event', '-'], /^--event: standard input is not JSON/, '{');
});

test('wrong arguments are named; functions by name, logical id or the end of the name', () => {
  const cases: [string[], RegExp][] = [
    [['a', 'b'], /^function: one at most, got a b$/],
    [['--payload', '{'], /^--payload must be JSON; got "\{"$/],
    [['--payload', '1', '--event', '-'], /^--event and --payload cannot be given together$/],
    [['--endpoint', 'ftp://a', 'b'], /^--endpoint must be a URL of http or https/],
    [['--endpoint', 'http://a'], /^function: must be named with --endpoint$/],
  ];
  for (const [line, message] of cases) assert.throws(() => parseCommand(['invoke', ...line]), { message });
  const functions = ['shop-dev-orders', 'shop-dev-old-orders', 'x'].map((name) => ({
    name,
    logicalId: `${name}Id`,
  }));
  const choose = (asked?: string) => chooseFunction(functions, asked);
  assert.equal(choose('x:live'), 'x:live');
  assert.equal(choose('xId'), 'x');
  assert.equal(choose('old-orders:1'), 'shop-dev-old-orders:1');
  for (const asked of ['orders', undefined, 'none']) {
    assert.throws(() => choose(asked), {
      message: /^function: must be one of shop-dev-orders, .*, is (orders|not given|none)$/,
    });
  }
});
