import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

/** Runs the command line with these arguments. */
function contract(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const cli = join(import.meta.dirname, 'cli.ts');
    execFile(process.execPath, [cli, ...args], { timeout: 60_000 }, (error, stdout, stderr) =>
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
