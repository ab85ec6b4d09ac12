import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EXECUTABLE, startHost } from '../fixture-package.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** It compiles curl and a C++ library (a minute, with autoconf, automake, libtool, cmake and a compiler): not in a test. */
const FOLDER = '.cache/test-aws-lambda-ric-3.3.0';
const BUILD = `npm install --prefix ${FOLDER} aws-lambda-ric@3.3.0`;

/** Functions of AWS's own Node runtime client, started as its documentation says; undefined: it is not built here. */
async function startRic(t: TestContext, handler: string, source: string) {
  const client = resolve(FOLDER, 'node_modules/aws-lambda-ric');
  if (!existsSync(join(client, 'dist/rapid-client.node'))) {
    t.diagnostic(`passed over: not built; ${BUILD}`);
    return undefined;
  }
  const bootstrap = `#!${process.execPath}
process.argv[2] = process.env._HANDLER;
import(${JSON.stringify(join(client, 'bin/index.mjs'))});
`;
  const files = {
    bootstrap: [bytes(bootstrap), EXECUTABLE] as [Uint8Array, object],
    'index.mjs': bytes(source),
  };
  const properties = { Runtime: 'provided.al2023', Handler: `index.${handler}`, MemorySize: 256 };
  return startHost(t, { ric: { files, properties, routes: ['GET /ric'] } }, { maxEnvironments: 1 });
}

test("AWS's own Node runtime client runs on our Runtime API", async (t) => {
  const source = `export const handler = async (event, context) => {
    if (event.fail) throw new RangeError('no sheep');
    if (event.big) return 'x'.repeat(7e6);
    console.log('seen');
    return { twice: event.n * 2, arn: context.invokedFunctionArn }; };`;
  const host = await startRic(t, 'handler', source);
  if (host === undefined) return;
  const arn = 'arn:aws:lambda:eu-west-3:000000000000:function:ric';
  assert.deepEqual((await host.invoke('ric', { n: 21 })).payload, { twice: 42, arn });
  assert.equal((await host.invoke('ric', { fail: true })).errorType, 'RangeError');
  assert.equal((await host.invoke('ric', { big: true })).errorType, 'Function.ResponseSizeTooLarge');
  assert.deepEqual((await host.invoke('ric', { n: 1 })).payload, { twice: 2, arn });
  assert.ok((await host.logLines('ric')).some((line) => line.endsWith('\tINFO\tseen')));
});

test('… and its streamed responses arrive, whole or with their error in trailers', async (t) => {
  const source = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
    const http = awslambda.HttpResponseStream.from(stream, { statusCode: 207, headers: { 'x-a': 'b' } });
    http.write('one');
    if (event.fail) throw new TypeError('half way');
    http.end(' two'); });`;
  const host = await startRic(t, 'handler', source);
  if (host === undefined) return;
  const response = await fetch(`${host.url}/ric`);
  assert.deepEqual(
    [response.status, response.headers.get('x-a'), await response.text()],
    [207, 'b', 'one two'],
  );
  assert.equal((await host.invoke('ric', { fail: true })).errorType, 'TypeError');
  assert.equal((await fetch(`${host.url}/ric`)).status, 207);
});
