import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { preparePython } from '../src/runtimes/python/prepare-python.ts';
import { onEnd, temporaryFolder } from './fixture-package.ts';

const run = promisify(execFile);
const CLI = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

/** A project of another shape than ours: two services, two languages, two log formats, one table for both. */
const PROJECT: Readonly<Record<string, string>> = {
  'orders/serverless.yml': `
service: orders
frameworkVersion: '4'
provider:
  name: aws
  region: eu-central-1
  runtime: python3.13
  logs: { lambda: { logFormat: JSON, applicationLogLevel: INFO } }
functions:
  order:
    handler: src/orders.handler
    environment: { TABLE: !Ref Orders }
    events: [{ httpApi: 'GET /orders/{id}/lines/{line}' }, { httpApi: 'POST /orders' }]
resources:
  Resources:
    Orders:
      Type: AWS::DynamoDB::Table
      Properties:
        BillingMode: PAY_PER_REQUEST
        AttributeDefinitions: [{ AttributeName: id, AttributeType: S }, { AttributeName: user, AttributeType: S }]
        KeySchema: [{ AttributeName: id, KeyType: HASH }]
        GlobalSecondaryIndexes:
          - { IndexName: byUser, KeySchema: [{ AttributeName: user, KeyType: HASH }], Projection: { ProjectionType: ALL } }
  Outputs:
    OrdersTable: { Value: !Ref Orders, Export: { Name: orders-table } }
`,
  'orders/src/orders.py': `
import json, logging, os, boto3
log = logging.getLogger()
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def handler(event, context):
    if event["requestContext"]["http"]["method"] == "POST":
        table.put_item(Item={"id": "7", "user": "anna"})
        return {"statusCode": 201, "headers": {"location": "/orders/7/lines/1"}}
    item = table.get_item(Key={"id": event["pathParameters"]["id"]}).get("Item")
    log.info("found %s", item)
    return {"statusCode": 200, "body": json.dumps([item, event["pathParameters"]["line"]])}
`,
  'users/serverless.yml': `
service: users
frameworkVersion: '4'
provider:
  name: aws
  region: eu-central-1
  runtime: nodejs24.x
  environment: { ORDERS: { 'Fn::ImportValue': orders-table } }
functions:
  user:
    handler: src/user.handler
    events: [{ httpApi: 'GET /users/{id}' }, { http: 'GET /v1/users/{id}' }]
`,
  'users/src/user.js': `
exports.handler = async (event) => {
  console.log('user', event.pathParameters?.id);
  return { statusCode: 200, body: JSON.stringify([event.pathParameters?.id, process.env.ORDERS, process.env.AWS_REGION]) };
};
`,
};

async function writeProject(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(PROJECT)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  for (const service of ['orders', 'users']) {
    const cwd = join(folder, service);
    await run(resolve('node_modules/.bin/serverless'), ['package'], { cwd, timeout: 120_000 });
  }
}

/** Starts the command line on both packages; resolves with its URL. */
async function startCli(t: TestContext, folder: string): Promise<{ child: ChildProcess; url: string }> {
  await mkdir(join(folder, 'tmp'));
  const packages = ['orders', 'users'].flatMap((service) => [
    '--package',
    join(folder, service, '.serverless'),
  ]);
  const child = spawn(process.execPath, [CLI, ...packages, '--port', '0', '--logs', join(folder, 'logs')], {
    env: { ...process.env, TMPDIR: join(folder, 'tmp') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onEnd(t, () => {
    child.kill('SIGKILL');
    return exited;
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    const url = /Try: curl .*'(http:\/\/[^/']+)/.exec(output)?.[1];
    // This ends the loop and with it the pipe: the host must serve on without a reader.
    if (url !== undefined) return { child, url };
  }
  return assert.fail(output);
}

/** Every process below one, read before it is killed. */
async function descendants(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = text.split(' ').filter(Boolean).map(Number);
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
}

/** The log of a function once it is whole: the host writes it a little later than it answers. */
async function logText(folder: string, group: string, isWhole: (text: string) => boolean): Promise<string> {
  const root = join(folder, 'logs/aws/lambda', group);
  for (;;) {
    const names = (await readdir(root, { recursive: true }).catch(() => [])).filter((name) =>
      name.endsWith('.log'),
    );
    const text = (await Promise.all(names.map((name) => readFile(join(root, name), 'utf8')))).join('');
    if (isWhole(text)) return text;
    await new Promise((done) => setTimeout(done, 20));
  }
}

test('a project of two services that is not ours is packaged, served, invoked and killed', async (t) => {
  const python = await preparePython('.cache', () => undefined);
  if (!python.ready) return t.diagnostic(`passed over: ${python.reason}`);
  const folder = await temporaryFolder(t);
  await writeProject(folder);
  const { child, url } = await startCli(t, folder);
  const get = async (path: string) => (await fetch(`${url}${path}`)).json();
  const created = await fetch(`${url}/orders`, { method: 'POST' });
  assert.deepEqual([created.status, created.headers.get('location')], [201, '/orders/7/lines/1']);
  assert.deepEqual(await get('/orders/7/lines/2'), [{ id: '7', user: 'anna' }, '2']);
  assert.deepEqual(await get('/users/J%C3%BCrgen'), ['Jürgen', 'Orders', 'eu-central-1']);
  assert.deepEqual(await get('/v1/users/anna'), ['anna', 'Orders', 'eu-central-1']);

  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new LambdaClient({ endpoint: url, region: 'eu-central-1', credentials });
  const { Functions = [] } = await client.send(new ListFunctionsCommand());
  client.destroy();
  assert.deepEqual(
    Functions.map(({ FunctionName }) => FunctionName),
    ['orders-dev-order', 'users-dev-user'],
  );

  const text = await logText(folder, 'users-dev-user', (log) => /\tREPORT /.test(log));
  assert.match(
    text,
    /\tREPORT RequestId: [0-9a-f-]{36}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 1024 MB\t(Max Memory Used: \d+ MB\t)?Init Duration: \d+\.\d\d ms\t\n/,
  );
  const reported = (log: string) => log.split('"platform.report"').length > 2;
  const events = (await logText(folder, 'orders-dev-order', reported))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line.slice(line.indexOf('\t') + 1)) as { type?: string; message?: string });
  assert.deepEqual(
    events
      .map(({ type, message }) => type ?? message)
      .filter((name) => !/credentials|endpoint/.test(String(name))),
    [
      'platform.initStart',
      'platform.start',
      'platform.report',
      'platform.start',
      "found {'id': '7', 'user': 'anna'}",
      'platform.report',
    ],
  );

  const all = existsSync('/proc/self/stat') ? await descendants(child.pid ?? 0) : [];
  child.kill('SIGKILL');
  const alive = (): number[] => all.filter((pid) => existsSync(`/proc/${pid}`));
  for (let i = 0; i < 1_000 && alive().length > 0; i += 1) await new Promise((done) => setTimeout(done, 10));
  assert.deepEqual(alive(), []);
  assert.deepEqual(await readdir(join(folder, 'tmp')), []);
});
