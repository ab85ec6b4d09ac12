import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import * as lambda from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { preparePython } from '../../src/runtimes/python/prepare-python.ts';
import { serve, temporaryFolder } from '../fixture-package.ts';
import { awsPython } from './aws-python.ts';

const run = promisify(execFile);
const ROLE = 'arn:aws:iam::000000000000:role/any';
const RUNTIME = `nodejs${process.versions.node.split('.')[0]}.x`;
const bytes = (text: string) => new TextEncoder().encode(text);
const zip = (name: string, source: string) => zipSync({ [name]: bytes(source) });
const answering = (text: string) => zip('index.mjs', `export const handler = async () => '${text}';`);

/** A GET with a `Host` header of one's own, which `fetch` does not allow. */
function ask(url: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });
}

test('every answer to boto3 is what the model of the service says', async (t) => {
  const prepared = await preparePython('.cache', () => undefined);
  if (!prepared.ready) return t.diagnostic(`passed over: ${prepared.reason}`);
  const folder = await temporaryFolder(t);
  // No server of SQS is needed to manage mappings; what polls it finds nobody and says so.
  const host = await serve(t, folder, { packageDir: [], sqsEndpoint: 'http://127.0.0.1:1' });
  const files = await Promise.all(
    ['first', 'second'].map(async (text) => {
      const file = join(folder, `${text}.zip`);
      await writeFile(file, zip('main.py', `def handler(event, context):\n    return "${text}"\n`));
      return file;
    }),
  );
  const env = { PATH: process.env['PATH'] ?? '', PYTHONPATH: prepared.sitePackages };
  const script = join(import.meta.dirname, 'walk_platform.py');
  const { stdout, stderr } = await run('python3', [script, host.url, ...files], { env });
  assert.equal(stdout, '');
  t.diagnostic(stderr.trim());
});

test('the AWS command line creates a function, gives it a URL and a route, breaks it and takes it away', async (t) => {
  const client = await awsPython();
  if (typeof client === 'string') return t.diagnostic(`passed over: ${client}`);
  const folder = await temporaryFolder(t);
  const host = await serve(t, folder, { packageDir: [], state: join(folder, 'state') });
  const env = {
    PATH: process.env['PATH'] ?? '',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_DEFAULT_REGION: 'eu-west-3',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_ENDPOINT_URL: host.url,
  };
  const aws = async (command: string) => {
    const args = ['-m', 'awscli', ...command.split(' '), '--output', 'json'];
    const { stdout } = await run(client.python, args, { env, cwd: folder });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
  const invoke = async (name: string) => {
    const { FunctionError } = await aws(`lambda invoke --function-name ${name} out.json`);
    return `${FunctionError ?? ''}${await readFile(join(folder, 'out.json'), 'utf8')}`;
  };
  await writeFile(join(folder, 'one.zip'), answering('one'));
  await writeFile(join(folder, 'two.zip'), answering('two'));
  const { FunctionArn } = await aws(
    `lambda create-function --function-name hello --runtime ${RUNTIME} --handler index.handler --role ${ROLE} --zip-file fileb://one.zip`,
  );
  assert.equal(await invoke('hello'), '"one"');
  const url = await aws('lambda create-function-url-config --function-name hello --auth-type NONE');
  assert.equal(await ask(`${host.url}/`, new URL(url.FunctionUrl).host), 'one');
  const api = await aws(`apigatewayv2 create-api --name shop --protocol-type HTTP --target ${FunctionArn}`);
  assert.equal(await (await fetch(`${host.url}/any`)).text(), 'one');
  assert.equal(await ask(`${host.url}/any`, new URL(api.ApiEndpoint).host), 'one');
  await aws('lambda publish-version --function-name hello');
  await aws('lambda create-alias --function-name hello --name live --function-version 1');
  await aws('lambda update-function-code --function-name hello --zip-file fileb://two.zip');
  assert.deepEqual([await invoke('hello'), await invoke('hello:live')], ['"two"', '"one"']);
  await aws('lambda update-function-configuration --function-name hello --handler index.gone');
  assert.match(await invoke('hello'), /^Unhandled.*HandlerNotFound/);
  await aws('lambda put-function-concurrency --function-name hello --reserved-concurrent-executions 0');
  await assert.rejects(invoke('hello'), /TooManyRequestsException/);
  await aws(
    'lambda add-permission --function-name hello --statement-id url --action lambda:InvokeFunctionUrl --principal * --function-url-auth-type NONE',
  );
  assert.match((await aws('lambda get-policy --function-name hello')).Policy, /"Sid":"url"/);
  await aws('lambda remove-permission --function-name hello --statement-id url');
  await assert.rejects(aws('lambda list-layers'), /ListLayers/);
  await aws(`apigatewayv2 delete-api --api-id ${api.ApiId}`);
  await aws('lambda delete-function --function-name hello');
  assert.deepEqual((await aws('lambda list-functions')).Functions, []);
});

test('a hundred updates of a function under 50 requests a second lose none', async (t) => {
  const folder = await temporaryFolder(t);
  const host = await serve(t, folder, { packageDir: [] });
  const client = new lambda.LambdaClient({
    endpoint: host.url,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  const FunctionName = 'changing';
  await client.send(
    new lambda.CreateFunctionCommand({
      FunctionName,
      Role: ROLE,
      Runtime: RUNTIME as lambda.Runtime,
      Handler: 'index.handler',
      Code: { ZipFile: answering('0') },
    }),
  );
  const answers: Promise<{ readonly begun: number; readonly text: string }>[] = [];
  let updated = 0;
  const timer = setInterval(() => {
    const begun = updated;
    const asking = client.send(new lambda.InvokeCommand({ FunctionName }));
    answers.push(asking.then(({ Payload }) => ({ begun, text: Buffer.from(Payload ?? []).toString() })));
  }, 20);
  for (let n = 1; n <= 100; n += 1) {
    await client.send(new lambda.UpdateFunctionCodeCommand({ FunctionName, ZipFile: answering(String(n)) }));
    updated = n;
    await new Promise((done) => setTimeout(done, 60));
  }
  clearInterval(timer);
  const all = await Promise.all(answers);
  for (const { begun, text } of all) {
    assert.match(text, /^"\d+"$/);
    assert.ok(Number(text.slice(1, -1)) >= begun, `${text} was answered after update ${begun} was`);
  }
  t.diagnostic(`${all.length} requests over ${updated} updates`);
});
