import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startHost, temporaryFolder } from '../fixture-package.ts';
import { awsPython } from './aws-python.ts';

const run = promisify(execFile);

test('the AWS command line lists and invokes functions, given --endpoint-url', async (t) => {
  const client = await awsPython();
  if (typeof client === 'string') return t.diagnostic(`passed over: ${client}`);
  const folder = await temporaryFolder(t);
  const source =
    'export const handler = async (event) => { console.log("seen"); return { n: event.n + 1 }; };';
  const host = await startHost(t, { echo: { source } });
  const aws = async (...args: string[]) => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      AWS_DEFAULT_REGION: 'eu-west-3',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    };
    const all = ['-m', 'awscli', 'lambda', ...args, '--endpoint-url', host.url, '--output', 'json'];
    return JSON.parse((await run(client.python, all, { env })).stdout);
  };
  const { Functions } = await aws('list-functions');
  assert.deepEqual(
    Functions.map((item: { FunctionName: string }) => item.FunctionName),
    ['echo'],
  );
  const file = join(folder, 'out.json');
  const result = await aws(
    'invoke',
    '--function-name',
    'echo',
    '--payload',
    '{"n":41}',
    '--log-type',
    'Tail',
    file,
  );
  assert.equal(result.StatusCode, 200);
  assert.equal(result.ExecutedVersion, '$LATEST');
  assert.match(
    Buffer.from(result.LogResult, 'base64').toString('utf8'),
    /^START .*\n.*\tINFO\tseen\nEND .*\nREPORT /,
  );
  assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), { n: 42 });
});
