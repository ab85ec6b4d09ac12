import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';

const ROOT = join(import.meta.dirname, '../..');

test('the shim starts what a developer needs, says where it is, and ends all of it', async (t) => {
  const child = spawn(process.execPath, ['develop/shim.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  let said = '';
  for await (const text of child.stderr) {
    said += text;
    if (/until Ctrl-C|^shim:/m.test(said)) break;
  }
  const variables = Object.fromEntries(
    [...out.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  assert.equal(Object.keys(variables).length, out.trim().split('\n').length, said);
  const endpoint = variables['AWS_ENDPOINT_URL_SQS'] ?? '';
  const credentials = {
    accessKeyId: variables['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: variables['AWS_SECRET_ACCESS_KEY'] ?? '',
  };
  const sqs = new SQSClient({ endpoint, region: variables['AWS_REGION'] ?? '', credentials });
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  sqs.destroy();
  assert.match(QueueUrls[0] ?? '', /\/sheep-shed$/);
  const table = variables['AWS_ENDPOINT_URL_DYNAMODB'] ?? '';
  assert.equal((await fetch(table)).status, 200);
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  for (const gone of [endpoint, table]) await assert.rejects(fetch(gone));
});
