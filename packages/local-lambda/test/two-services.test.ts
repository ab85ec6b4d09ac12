import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { startLocalLambda } from '../src/start.ts';
import { serve, temporaryFolder, writePackage } from './fixture-package.ts';

const answer = (text: string) => `export const handler = () => '${text} ' + process.env.SHARED;`;

/** With a `Host` header of one's own, which `fetch` does not allow. */
function ask(url: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(`${response.statusCode} ${body}`));
    }).on('error', reject);
  });
}

test('two packages are served by one host, with what one exports to the other', async (t) => {
  const folder = await temporaryFolder(t);
  const properties = { Environment: { Variables: { SHARED: { 'Fn::ImportValue': 'orders-table' } } } };
  const orders = await writePackage(
    join(folder, 'orders'),
    {
      orders: {
        source: answer('orders'),
        routes: ['GET /orders', 'GET /health', 'ANY /{proxy+}'],
        properties,
      },
    },
    {
      Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'orders-dev' } },
      HttpApi: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: { ProtocolType: 'HTTP', CorsConfiguration: { AllowOrigins: ['https://orders.example'] } },
      },
    },
    { Table: { Value: { Ref: 'Table' }, Export: { Name: 'orders-table' } } },
  );
  const users = await writePackage(join(folder, 'users'), {
    users: { source: answer('users'), routes: ['GET /users/{id}', 'GET /health'], properties },
  });
  for (const [packageDir, service] of [
    [orders, 'orders'],
    [users, 'users'],
  ] as const) {
    const state = { service: { service, provider: { stage: 'dev', region: 'eu-west-3' } } };
    await writeFile(join(packageDir, 'serverless-state.json'), JSON.stringify(state));
  }
  const host = await serve(t, folder, { packageDir: [orders, users] });
  const text = async (path: string) => (await fetch(`${host.url}${path}`)).text();
  assert.equal(await text('/orders'), 'orders orders-dev');
  assert.equal(await text('/users/7'), 'users orders-dev');
  assert.equal(await text('/health'), 'orders orders-dev');
  assert.equal(await ask(`${host.url}/health`, 'httpapi.users-dev.localhost:3000'), '200 users orders-dev');
  assert.equal(await ask(`${host.url}/orders`, 'httpapi.users-dev.localhost'), '404 {"message":"Not Found"}');
  assert.deepEqual(host.notices, [
    'GET /health is there twice: the second one answers to the host name httpapi.users-dev.localhost only',
  ]);
  const preflight = async (path: string) => {
    const headers = { origin: 'https://orders.example', 'access-control-request-method': 'GET' };
    const response = await fetch(`${host.url}${path}`, { method: 'OPTIONS', headers });
    return response.headers.get('access-control-allow-origin');
  };
  assert.equal(await preflight('/orders'), 'https://orders.example');
  assert.equal(await preflight('/users/7'), null);
});

test('two packages with a function of the same name are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const source = 'export const handler = () => 1;';
  const one = await writePackage(join(folder, 'one'), { same: { source } });
  const two = await writePackage(join(folder, 'two'), { same: { source } });
  const start = startLocalLambda({ packageDir: [one, two], logsDir: join(folder, 'logs') });
  await assert.rejects(start, {
    name: 'LocalLambdaError',
    message: /two\/.*: Resources\.SameLambdaFunction: a second function "same"; give it a FunctionName/,
  });
});
