import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { preparePython } from '../../src/runtimes/python/prepare-python.ts';
import { startHost } from '../fixture-package.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Python functions need python3 and, once, the network; without them the tests say so and pass over. */
async function startPython(t: TestContext, source: string, properties: Record<string, unknown> = {}) {
  const python = await preparePython('.cache', () => undefined);
  if (!python.ready) {
    t.diagnostic(`passed over: ${python.reason}`);
    return undefined;
  }
  const files = { 'pkg/main.py': bytes(source), 'pkg/__init__.py': bytes('') };
  return startHost(t, {
    py: {
      files,
      routes: ['GET /py'],
      properties: { Runtime: 'python3.13', Handler: 'pkg/main.handler', ...properties },
    },
  });
}

test('a Python function answers, logs and finds boto3', async (t) => {
  const source = `
import logging, boto3
logging.getLogger().setLevel("INFO")
def handler(event, context):
    print("printed")
    logging.info("two\\nlines")
    return {"statusCode": 201, "body": boto3.__name__ + context.function_name, "headers": {"x-a": "b"}}
`;
  const host = await startPython(t, source);
  if (host === undefined) return;
  const response = await fetch(`${host.url}/py`);
  assert.equal(response.status, 201);
  assert.equal(await response.text(), 'boto3py');
  const lines = await host.logLines('py');
  assert.equal(lines[2], 'printed');
  assert.match(lines[3] ?? '', /^\[INFO\]\t\d{4}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\ttwo\rlines$/);
  assert.match(lines.at(-1) ?? '', /^REPORT .*Init Duration/);
});

test('stdout and stderr of a Python function stand in the log as they were written', async (t) => {
  const source = `
import subprocess, sys
def handler(event, context):
    for i in range(20):
        print("out", i)
        print("err", i, file=sys.stderr)
    subprocess.run(["echo", "child"])
`;
  const host = await startPython(t, source);
  if (host === undefined) return;
  await host.invoke('py', {});
  const lines = await host.logLines('py');
  const written = Array.from({ length: 20 }, (_, i) => [`out ${i}`, `err ${i}`]).flat();
  assert.deepEqual(lines.slice(2, -2), [...written, 'child']);
});

test("an exception in Python is the function's error with its trace in the log", async (t) => {
  const host = await startPython(t, 'def handler(event, context):\n    raise ValueError("no sheep")\n');
  if (host === undefined) return;
  const { payload, errorType } = await host.invoke('py', {});
  assert.equal(errorType, 'ValueError');
  const fault = payload as { errorMessage: string; stackTrace: string[] };
  assert.equal(fault.errorMessage, 'no sheep');
  assert.match(fault.stackTrace[0] ?? '', /pkg\/main\.py", line 2, in handler/);
  const lines = await host.logLines('py');
  assert.match(lines[2] ?? '', /^\[ERROR\] ValueError: no sheep\rTraceback \(most recent call last\):\r/);
  assert.equal((await host.invoke('py', {})).errorType, 'ValueError');
});

test("a Python module that does not exist fails in init, in Lambda's words", async (t) => {
  const host = await startPython(t, '', { Handler: 'nowhere.handler' });
  if (host === undefined) return;
  const { payload, errorType } = await host.invoke('py', {});
  assert.equal(errorType, 'Runtime.ImportModuleError');
  assert.match(
    (payload as { errorMessage: string }).errorMessage,
    /^Unable to import module 'nowhere': No module/,
  );
  const lines = await host.logLines('py');
  assert.ok(
    lines.some((line) => /^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error/.test(line)),
  );
});
