import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { renderReady } from '../src/cli/render.ts';
import { EXECUTABLE, serve, temporaryFolder, writePackage } from './fixture-package.ts';

const wrapper = (path: string) => ({
  Layers: [{ Ref: 'Wrap' }],
  Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: path } },
});

/** What public examples of the Serverless Framework and of SAM met here that no other test holds. */
test('wrapper scripts run, and what keeps a route from its answer is told once', async (t) => {
  const folder = await temporaryFolder(t);
  const packageDir = join(folder, 'package');
  const source = 'export const handler = async () => process.env.WRAPPED;';
  await writePackage(
    packageDir,
    {
      wrapped: { source, properties: wrapper('/opt/wrap') },
      lost: { source, properties: wrapper('/opt/bootstrap') },
      number: {
        source:
          'export const handler = async ({ rawPath }) => rawPath === "/n" ? { statusCode: 200, body: 7 } : { statusCode: "no" };',
        routes: ['GET /n', 'GET /s'],
      },
      old: {
        files: {
          'index.mjs': strToU8(source),
          'node_modules/aws-sdk/package.json': strToU8('{"name":"aws-sdk","version":"2.1692.0"}'),
        },
      },
      bundled: { source: `// The AWS SDK for JavaScript (v2) has reached end-of-support.\n${source}` },
    },
    {
      Wrap: {
        Type: 'AWS::Lambda::LayerVersion',
        Properties: { Content: { S3Bucket: 'b', S3Key: 'wrap.zip' } },
      },
    },
  );
  const script = strToU8('#!/bin/sh\nexport WRAPPED="$#"\nexec "$@"\n');
  await writeFile(join(packageDir, 'wrap.zip'), zipSync({ wrap: [script, EXECUTABLE] }));
  const host = await serve(t, folder, { packageDir, memoryLimit: false });
  assert.match(String((await host.invoke('wrapped', {})).payload), /^[2-9]$/);
  const { payload } = await host.invoke('lost', {});
  assert.match(
    JSON.stringify(payload),
    /must name a script of the package or of a layer, is \/opt\/bootstrap/,
  );
  for (const path of ['/n', '/n', '/s']) assert.equal((await fetch(host.url + path)).status, 500);
  const says = 'number: its response is none that GET';
  assert.deepEqual(host.notices, [
    "bundled, old: version 2 of AWS's SDK for JavaScript reads no AWS_ENDPOINT_URL: unless the code names endpoints, its calls go to AWS and not to servers of this machine; version 3 reads it",
    `${says} /n can answer with: body: must be a text, is a value of type number`,
    `${says} /s can answer with: statusCode: must be an integer from 200 to 599, is "no"`,
  ]);
});

test('the list of routes names mocks, and the line to try asks a function', () => {
  const routes = [
    { method: 'OPTIONS', path: '/todos', functionName: '' },
    { method: 'POST', path: '/todos', functionName: 'create' },
  ];
  const one = { name: 'create', runtime: 'nodejs24.x' };
  const host = { url: 'http://127.0.0.1:1', token: undefined, routes, functions: [one] };
  const text = renderReady(host as unknown as Parameters<typeof renderReady>[0], 'logs');
  assert.match(text, /OPTIONS http:\/\/127\.0\.0\.1:1\/todos {2}\(mock\)\n/);
  assert.match(text, /Try: curl -i -X POST 'http:\/\/127\.0\.0\.1:1\/todos'/);
});
