import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { startHost } from '../fixture-package.ts';
import { ask, ECHO, httpRoute, RestApiId, restRoute } from './authorized-routes.ts';

/** The hash that AWS's own signer asks for, which may hold a key. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

test('AWS_IAM lets requests pass that are signed with the key of the host', async (t) => {
  const resources = {
    ...httpRoute({ AuthorizationType: 'AWS_IAM' }),
    ...restRoute({ AuthorizationType: 'AWS_IAM' }),
  };
  const host = await startHost(t, { echo: { source: ECHO } }, {}, resources);
  const { hostname, port, host: hostHeader } = new URL(host.url);
  const signed = async (path: string, secretAccessKey = 'local-lambda', signingDate = new Date()) => {
    const signer = new SignatureV4({
      service: 'execute-api',
      region: 'eu-west-3',
      credentials: { accessKeyId: 'local-lambda', secretAccessKey },
      sha256: Sha256,
    });
    const { pathname, searchParams } = new URL(path, host.url);
    const request = {
      method: 'GET',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { host: hostHeader },
    };
    const { headers } = await signer.sign(request, { signingDate });
    const { host: _host, ...own } = headers;
    return ask(host.url + path, own);
  };
  const { status, body } = await signed('/a%20b/c?z=1&a=%C3%A9');
  assert.equal(status, 200);
  const iam = { accessKey: 'local-lambda', accountId: '000000000000', callerId: 'local-lambda' };
  const userArn = 'arn:aws:iam::000000000000:user/local-lambda';
  const nothing = { cognitoIdentity: null, principalOrgId: null };
  assert.deepEqual(body[0], { iam: { ...iam, ...nothing, userArn, userId: 'local-lambda' } });
  const rest = await signed('/dev/x');
  assert.equal(rest.body[1]?.userArn ?? rest.body[0]?.iam.userArn, userArn);
  assert.equal((await signed('/x', 'wrong')).status, 403);
  assert.equal((await signed('/x', 'local-lambda', new Date(Date.now() - 600_000))).status, 403);
  assert.deepEqual((await ask(`${host.url}/x`)).body, { message: 'Forbidden' });
});

test('a method that needs an API key wants one of a usage plan of its API', async (t) => {
  const host = await startHost(
    t,
    { echo: { source: ECHO } },
    {},
    {
      ...restRoute({ ApiKeyRequired: true }),
      Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Value: 'secret' } },
      Other: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Value: 'other' } },
      Plan: {
        Type: 'AWS::ApiGateway::UsagePlan',
        Properties: { ApiStages: [{ ApiId: RestApiId, Stage: 'dev' }], Quota: { Limit: 1, Period: 'DAY' } },
      },
      PlanKey: {
        Type: 'AWS::ApiGateway::UsagePlanKey',
        Properties: { KeyId: { Ref: 'Key' }, KeyType: 'API_KEY', UsagePlanId: { Ref: 'Plan' } },
      },
    },
  );
  const { status, body } = await ask(`${host.url}/x`, { 'x-api-key': 'secret' });
  assert.deepEqual([status, body[1].apiKey, body[1].apiKeyId], [200, 'secret', 'Key']);
  for (const key of ['other', 'nothing', undefined]) {
    const refused = await ask(`${host.url}/x`, key === undefined ? {} : { 'x-api-key': key });
    assert.deepEqual([refused.status, refused.body], [403, { message: 'Forbidden' }]);
  }
  assert.deepEqual(host.notices, ['Plan.Quota: calls are not counted: no quota is enforced']);
});
