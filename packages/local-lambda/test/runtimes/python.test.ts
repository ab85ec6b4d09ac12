import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preparePython } from '../../src/runtimes/python/prepare-python.ts';
import { type FixtureFunction, startHost } from '../fixture-package.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function python(source: string, handler = 'pkg/main.handler', routes: readonly string[] = []) {
  const files = { 'pkg/main.py': bytes(source), 'pkg/__init__.py': bytes('') };
  return { files, routes, properties: { Runtime: 'python3.13', Handler: handler } } satisfies FixtureFunction;
}

const ANSWERS = `
import logging, boto3
logging.getLogger().setLevel("INFO")
def handler(event, context):
    print("printed")
    logging.info("two\\nlines")
    return {"statusCode": 201, "body": boto3.__name__ + context.function_name, "headers": {"x-a": "b"}}
`;
const WRITES = `
import subprocess, sys
def handler(event, context):
    for i in range(20):
        print("out", i)
        print("err", i, file=sys.stderr)
    subprocess.run(["echo", "child"])
`;

test('Python functions', async (t) => {
  // They need python3 and, once, the network.
  const prepared = await preparePython('.cache', () => undefined);
  if (!prepared.ready) return t.diagnostic(`passed over: ${prepared.reason}`);
  const host = await startHost(t, {
    py: python(ANSWERS, undefined, ['GET /py']),
    writes: python(WRITES),
    raises: python('def handler(event, context):\n    raise ValueError("no sheep")\n'),
    missing: python('', 'nowhere.handler'),
  });

  await t.test('a function answers, logs and finds boto3', async () => {
    const response = await fetch(`${host.url}/py`);
    assert.equal(response.status, 201);
    assert.equal(await response.text(), 'boto3py');
    const lines = await host.logLines('py');
    assert.equal(lines[2], 'printed');
    assert.match(lines[3] ?? '', /^\[INFO\]\t\d{4}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\ttwo\rlines$/);
    assert.match(lines.at(-1) ?? '', /^REPORT .*Init Duration/);
  });

  await t.test('stdout and stderr stand in the log as they were written', async () => {
    await host.invoke('writes', {});
    const lines = await host.logLines('writes');
    const written = Array.from({ length: 20 }, (_, i) => [`out ${i}`, `err ${i}`]).flat();
    assert.deepEqual(lines.slice(2, -2), [...written, 'child']);
  });

  await t.test("an exception is the function's error with its trace in the log", async () => {
    const { payload, errorType } = await host.invoke('raises', {});
    assert.equal(errorType, 'ValueError');
    const fault = payload as { errorMessage: string; stackTrace: string[] };
    assert.equal(fault.errorMessage, 'no sheep');
    assert.match(fault.stackTrace[0] ?? '', /pkg\/main\.py", line 2, in handler/);
    const lines = await host.logLines('raises');
    assert.match(lines[2] ?? '', /^\[ERROR\] ValueError: no sheep\rTraceback \(most recent call last\):\r/);
    assert.equal((await host.invoke('raises', {})).errorType, 'ValueError');
  });

  await t.test("a module that does not exist fails in init, in Lambda's words", async () => {
    const { payload, errorType } = await host.invoke('missing', {});
    assert.equal(errorType, 'Runtime.ImportModuleError');
    assert.match(
      (payload as { errorMessage: string }).errorMessage,
      /^Unable to import module 'nowhere': No module/,
    );
    const lines = await host.logLines('missing');
    assert.ok(
      lines.some((line) => /^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error/.test(line)),
    );
  });
});
