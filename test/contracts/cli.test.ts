import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { KEYS, NO_AWS } from '../bench/run-cli.ts';
import { SIGNED_REGION, signatureOf } from '../bench/signature.ts';

/** Runs the command line with these arguments. */
function contract(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return contractIn({}, ...args);
}

function contractIn(
  environment: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, ...environment };
  return new Promise((resolve) => {
    const cli = join(import.meta.dirname, 'cli.ts');
    execFile(process.execPath, [cli, ...args], { timeout: 60_000, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

test('an address that cannot be used is named, with what is allowed', async () => {
  for (const [args, said] of [
    [[], 'is missing: it must be an http or https URL'],
    [['--url', 'ftp://127.0.0.1'], 'must be an http or https URL; got "ftp://127.0.0.1"'],
    [['--url', 'here'], 'must be an http or https URL; got "here"'],
  ] as const) {
    const { code, stderr } = await contract(...args);
    assert.equal(code, 2);
    assert.equal(stderr, `--url ${said}\n`);
  }
});

test('an API that breaks the contract fails, and each broken statement is named', async (t) => {
  const server = createServer((_, answer) => answer.writeHead(418).end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { code, stdout } = await contract(
    '--url',
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  );
  assert.equal(code, 1);
  assert.match(stdout, /^FAILED {4}GET \/cat\?m=3&n=8 → 200$/m);
  assert.match(stdout, /^left out {2}the dog counts the table \(needs access to the table\)$/m);
  assert.doesNotMatch(stdout, /^ok/m);
});

test('--sign signs every request, whatever its method and body; an API that wants it says so', async (t) => {
  let signed = 0;
  const server = createServer(async (request, answer) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const isSigned = request.headers.authorization === (await signatureOf(request, body));
    if (isSigned && request.headers.authorization !== undefined) signed++;
    answer.writeHead(isSigned && request.headers.authorization !== undefined ? 418 : 403).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stage`;
  const { stdout } = await contractIn(KEYS, '--url', url, '--sign', SIGNED_REGION);
  assert.ok(signed > 50, stdout);
  assert.doesNotMatch(stdout, /403/);
  assert.match(
    stdout,
    /^left out {2}GET \/goat: 404 Not Found \(needs an HTTP API that takes unsigned requests\)$/m,
  );
  const unsigned = await contractIn(KEYS, '--url', url);
  assert.match(unsigned.stdout, /^every request was answered 403: .* needs --sign <region>$/m);
  const keyless = await contractIn(NO_AWS, '--url', url, '--sign', SIGNED_REGION);
  assert.equal(keyless.code, 2);
  assert.match(keyless.stderr, /^--sign eu-west-3 needs AWS credentials/);
});
