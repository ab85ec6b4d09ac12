import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { BenchResult } from '../../bench/result.ts';

const CLI = join(import.meta.dirname, '..', '..', 'bench', 'cli.ts');

function bench(...args: readonly string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [CLI, ...args], { timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

/** A shed behind HTTP as somebody may have deployed it; `weigh` may be wrong on purpose. */
async function deployedShed(t: TestContext, weigh: (tattoo: string) => number): Promise<string> {
  const sheep = new Set<string>();
  const server = createServer((request, response) => {
    const [, tattoo] = /^\/sheep\/(\d+)$/.exec(request.url ?? '') ?? [];
    if (request.method === 'POST' && tattoo !== undefined) {
      sheep.add(tattoo);
      response.writeHead(201).end(`{"tattoo":${tattoo},"weight":${weigh(tattoo)}}`);
    } else if (request.url === '/dog') response.end(`{"count":${sheep.size}}`);
    else response.writeHead(404).end('{"message":"Not Found"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function temporaryFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'deep', 'result.json');
}

test('measures a deployed shed, verifies it, and writes the result', async (t) => {
  const url = await deployedShed(t, () => 80_000_000_000);
  const out = await temporaryFile(t);
  const args = ['--scenario', 'sheep', '--scenario', 'dog', '--calls', '40', '--herd', '10', '--rounds', '3'];
  const { code, stdout } = await bench('--url', `mine=${url}`, ...args, '--out', out);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /sheep {5}mine {3} +40 {2}40×201 +0 /);
  assert.match(stdout, /Warning: the functions drew the weights themselves/);
  const result = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
  assert.equal(result.version, 1);
  assert.deepEqual(
    result.scenarios.map(({ scenario, rounds }) => [scenario, rounds.map(({ load }) => load.calls)]),
    [
      ['sheep', [13, 13, 14]],
      ['dog', [13, 13, 14]],
    ],
  );
});

test('an answer that does not verify is counted and shown, and the exit code is 1', async (t) => {
  const url = await deployedShed(t, (tattoo) => (tattoo.endsWith('5') ? 1 : 80_000_000_000));
  const args = ['--scenario', 'sheep', '--calls', '40', '--herd', '0', '--connections', '1', '--rounds', '1'];
  const { code, stdout } = await bench('--url', url, ...args, '--out', await temporaryFile(t));
  assert.equal(code, 1);
  assert.match(stdout, /Wrong in sheep on api:/);
  assert.match(
    stdout,
    /expected 201 \{"tattoo":\d+5,"weight":80000000000…160000000000\}, got 201 .*"weight":1\}/,
  );
  assert.match(stdout, /and 1 more answers that do not verify/);
});

test('bad options are named in one line with what is allowed, and the exit code is 2', async (t) => {
  const notAShed = await deployedShed(t, () => 0);
  const rows: readonly [args: string[], line: RegExp][] = [
    [['--foo'], /^bench: unknown option --foo; allowed: --url, /],
    [['--scenario', 'cow'], /--scenario must be one of cat, sheep, dog, wolf, each at most once; got "cow"/],
    [['--calls', '0'], /--calls must be a whole number from 1 to 10000000; got "0"/],
    [['--calls', '5', '--connections', '9'], /--connections must be at most --calls, which is 5; got "9"/],
    [['--duration', '0'], /--duration must be a number of seconds above 0, at most 3600; got "0"/],
    [['--url', 'ftp://x'], /--url must be an http:\/\/ or https:\/\/ address .*; got "ftp:\/\/x"/],
    [['--url', 'a=http://x', '--url', 'a=http://y'], /each name once; got "a=http:\/\/x,a=http:\/\/y"/],
    [['--url', 'http://x', '--stack', 'ts'], /--stack must be absent when --url is given; got "ts"/],
    [
      ['--url', 'http://127.0.0.1:1'],
      /--url must be the address of a deployed shed; got "http:\/\/127.0.0.1:1": GET \/dog was not answered: /,
    ],
    [['--url', `${notAShed}/v1`], /GET \/dog answered 404 \{"message":"Not Found"\}/],
    [['extra'], /unexpected "extra"/],
  ];
  for (const [args, line] of rows) {
    const { code, stdout, stderr } = await bench(...args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.equal(stdout, '');
    assert.match(stderr, line);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }
});

test('the help names every option', async () => {
  const { code, stdout } = await bench('--help');
  assert.equal(code, 0);
  for (const flag of [
    '--url',
    '--duration',
    '--calls',
    '--connections',
    '--scenario',
    '--m',
    '--n',
    '--herd',
    '--out',
  ]) {
    assert.ok(stdout.includes(`\n  ${flag} `), flag);
  }
});
