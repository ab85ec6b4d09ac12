import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { startHost, writePackage } from './fixture-package.ts';

const HELLO = `export const handler = async (event) => ({ hello: event.pathParameters?.name ?? event.name });`;

test('a function answers over HTTP and over invoke, and leaves the lines that Lambda leaves', async (t) => {
  const host = await startHost(t, { hello: { source: HELLO, routes: ['GET /hello/{name}'] } });
  const response = await fetch(`${host.url}/hello/J%C3%BCrgen`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.deepEqual(await response.json(), { hello: 'Jürgen' });
  const result = await host.invoke('hello', { name: 'Anna' });
  assert.deepEqual(result.payload, { hello: 'Anna' });
  assert.equal(result.errorType, undefined);

  const lines = await host.logLines('hello');
  const memory = existsSync('/proc/self/status') ? 'Max Memory Used: \\d+ MB\\t' : '';
  const shapes = [
    /^INIT_START Runtime Version: nodejs:\d+\.local-lambda\tRuntime Version ARN: arn:aws:lambda:eu-west-3::runtime:local-lambda$/,
    /^START RequestId: [0-9a-f-]{36} Version: \$LATEST$/,
    /^END RequestId: [0-9a-f-]{36}$/,
    new RegExp(
      `^REPORT RequestId: [0-9a-f-]{36}\\tDuration: \\d+\\.\\d\\d ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\t${memory}Init Duration: \\d+\\.\\d\\d ms\\t$`,
    ),
    /^START RequestId: [0-9a-f-]{36} Version: \$LATEST$/,
    /^END RequestId: [0-9a-f-]{36}$/,
    new RegExp(
      `^REPORT RequestId: [0-9a-f-]{36}\\tDuration: \\d+\\.\\d\\d ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\t${memory}$`,
    ),
  ];
  assert.equal(lines.length, shapes.length);
  for (const [i, shape] of shapes.entries()) assert.match(lines[i] ?? '', shape);
});

test('CommonJS, top-level await and nested handlers load; output stands between START and END', async (t) => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const host = await startHost(t, {
    common: {
      files: {
        'src/a.js': bytes('exports.nested = { run: async () => { console.log("one\\ntwo"); return 1 } };'),
      },
      properties: { Handler: 'src/a.nested.run' },
    },
    awaits: { source: 'const n = await Promise.resolve(7); export const handler = () => n;' },
  });
  assert.equal((await host.invoke('common', {})).payload, 1);
  assert.equal((await host.invoke('awaits', {})).payload, 7);
  const lines = await host.logLines('common');
  assert.match(lines[2] ?? '', /^\d{4}-\d\d-\d\dT[\d:.]+Z\t[0-9a-f-]{36}\tINFO\tone\rtwo$/);
  assert.match(lines[3] ?? '', /^END /);
});

test("an error of the handler is the function's error, and a 500 over HTTP", async (t) => {
  const source = 'export const handler = async () => { throw new RangeError("no sheep"); };';
  const host = await startHost(t, { fails: { source, routes: ['GET /'] } });
  const { payload, errorType } = await host.invoke('fails', {});
  assert.equal(errorType, 'RangeError');
  assert.equal((payload as { errorMessage: string }).errorMessage, 'no sheep');
  const response = await fetch(`${host.url}/`);
  assert.equal(response.status, 500);
  assert.deepEqual(await response.json(), { message: 'Internal Server Error' });
});

test('variables are those of the template and the options, and none of the host', async (t) => {
  process.env['SHEEP_SHED_SECRET'] = 'not for functions';
  t.after(() => delete process.env['SHEEP_SHED_SECRET']);
  const host = await startHost(
    t,
    {
      env: {
        source: 'export const handler = () => ({ ...process.env });',
        properties: { Environment: { Variables: { TABLE: { Ref: 'Herd' }, BOTH: 'template' } } },
      },
    },
    { environment: { BOTH: 'options' } },
    { Herd: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'herd-dev' } } },
  );
  const env = (await host.invoke('env', {})).payload as Record<string, string>;
  assert.equal(env['TABLE'], 'herd-dev');
  assert.equal(env['BOTH'], 'options');
  assert.equal(env['AWS_REGION'], 'eu-west-3');
  assert.equal(env['AWS_LAMBDA_FUNCTION_NAME'], 'env');
  assert.equal(env['SHEEP_SHED_SECRET'], undefined);
  assert.deepEqual(host.functions[0]?.environment, { TABLE: 'herd-dev', BOTH: 'options' });
});

test('environments are reused, dropped on request, and each serves one invocation at a time', async (t) => {
  const source = `let n = 0; export const handler = async ({ ms }) => {
    await new Promise((done) => setTimeout(done, ms)); return { pid: process.pid, n: ++n }; };`;
  const host = await startHost(t, { count: { source } });
  const call = async (ms = 0) => (await host.invoke('count', { ms })).payload as { pid: number; n: number };
  const first = await call();
  const second = await call();
  assert.deepEqual(second, { pid: first.pid, n: 2 });
  await host.dropEnvironments('count');
  const third = await call();
  assert.notEqual(third.pid, first.pid);
  const together = await Promise.all([call(50), call(50), call(50)]);
  assert.equal(new Set(together.map(({ pid }) => pid)).size, 3);
});

test('reload swaps the code, and what is in flight finishes on the old one', async (t) => {
  const version = (n: number) =>
    `export const handler = async ({ ms }) => { await new Promise((done) => setTimeout(done, ms)); return ${n}; };`;
  const host = await startHost(t, { code: { source: version(1) } });
  assert.equal((await host.invoke('code', { ms: 0 })).payload, 1);
  const inFlight = host.invoke('code', { ms: 300 });
  await writePackage(host.packageDir, { code: { source: version(2), routes: ['GET /new'] } });
  await host.reload();
  assert.equal((await host.invoke('code', { ms: 0 })).payload, 2);
  assert.equal((await inFlight).payload, 1);
  assert.equal(await (await fetch(`${host.url}/new`)).text(), '2');
  assert.deepEqual(host.routes, [{ method: 'GET', path: '/new', functionName: 'code' }]);
});

test('a reload swaps the function that has changed, and no other', async (t) => {
  const source = (n: number) => `const at = ${n}; export const handler = () => [at, process.pid];`;
  const changing = (n: number, more: object = {}) => ({
    one: { source: source(1), ...more },
    two: { source: source(n) },
    py: { files: { 'a.py': new TextEncoder().encode('x = 1') }, properties: { Runtime: 'provided.al2023' } },
  });
  const host = await startHost(t, changing(1));
  const call = async (name: string) => (await host.invoke(name, {})).payload as [number, number];
  const [one, two] = [await call('one'), await call('two')];
  const reload = async (functions: ReturnType<typeof changing>) => {
    await writePackage(host.packageDir, functions);
    await host.reload();
  };
  await reload(changing(2));
  assert.deepEqual(await call('one'), one);
  const swapped = await call('two');
  assert.equal(swapped[0], 2);
  assert.notEqual(swapped[1], two[1]);
  // Once more: what was taken over is taken over again, and a property counts as much as the code.
  await reload(changing(2, { properties: { Environment: { Variables: { A: '1' } } } }));
  assert.notEqual((await call('one'))[1], one[1]);
  assert.deepEqual(await call('two'), swapped);
  // What is wrong changes nothing.
  await assert.rejects(reload(changing(3, { properties: { Timeout: 0 } })));
  assert.deepEqual(await call('two'), swapped);
});

test('what waits for an init when the code is swapped, or the host closed, is answered all the same', async (t) => {
  const source = 'await new Promise((done) => setTimeout(done, 400)); export const handler = () => 1;';
  const host = await startHost(t, { cold: { source } });
  const swapped = host.invoke('cold', {});
  await new Promise((done) => setTimeout(done, 200));
  await host.reload();
  assert.equal((await swapped).payload, 1);
  const closed = host.invoke('cold', {});
  await new Promise((done) => setTimeout(done, 200));
  await host.close();
  assert.equal((await closed).payload, 1);
});

test('a package that is wrong leaves the old one in place', async (t) => {
  const host = await startHost(t, { code: { source: 'export const handler = () => 1;' } });
  await writePackage(host.packageDir, { code: { source: '', properties: { Timeout: 0 } } });
  await assert.rejects(host.reload(), /Timeout: must be an integer from 1 to 900, is 0/);
  assert.equal((await host.invoke('code', {})).payload, 1);
});
