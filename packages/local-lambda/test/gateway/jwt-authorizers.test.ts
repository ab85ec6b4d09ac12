import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { onEnd, startHost, temporaryFolder } from '../fixture-package.ts';
import { ApiId, ask, ECHO, httpRoute, RestApiId, restRoute } from './authorized-routes.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(key: KeyObject, claims: object, header: object = {}): string {
  const text = `${part({ alg: 'RS256', kid: 'one', ...header })}.${part(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

/** An issuer of tokens with a server of its own. */
async function startIssuer(t: TestContext) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] });
  const server = createServer((request, response) => {
    const isConfiguration = request.url === '/.well-known/openid-configuration';
    response.end(isConfiguration ? JSON.stringify({ jwks_uri: `${issuer}/keys` }) : jwks);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onEnd(t, () => server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { issuer, privateKey, jwks };
}

const now = () => Math.floor(Date.now() / 1000);

test('a JWT authorizer lets valid tokens pass and tells the function their claims', async (t) => {
  const { issuer, privateKey } = await startIssuer(t);
  const host = await startHost(
    t,
    { echo: { source: ECHO } },
    {},
    {
      ...httpRoute({
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: 'Jwt' },
        AuthorizationScopes: ['sheep.read'],
      }),
      Jwt: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          ApiId,
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: { Issuer: issuer, Audience: ['shed'] },
        },
      },
    },
  );
  assert.deepEqual(host.notices, []);
  const claims = {
    iss: issuer,
    aud: 'shed',
    exp: now() + 60,
    scope: 'sheep.read other',
    groups: ['a', 'b'],
    n: 1,
  };
  const asked = (bearer: string) => ask(`${host.url}/x`, { authorization: bearer });
  for (const prefix of ['Bearer ', '']) {
    const { status, body } = await asked(prefix + token(privateKey, claims));
    assert.equal(status, 200);
    assert.deepEqual(body[0], {
      jwt: {
        claims: { ...claims, exp: String(claims.exp), groups: '[a b]', n: '1' },
        scopes: ['sheep.read', 'other'],
      },
    });
  }
  const missing = await ask(`${host.url}/x`);
  assert.deepEqual(
    [missing.status, missing.body, missing.headers.get('www-authenticate')],
    [401, { message: 'Unauthorized' }, 'Bearer'],
  );
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const refused: readonly (readonly [string, number, RegExp])[] = [
    [token(stranger, claims), 401, /signature/],
    [token(privateKey, { ...claims, exp: now() - 1 }), 401, /expired/],
    [token(privateKey, { ...claims, nbf: now() + 60 }), 401, /not valid yet/],
    [token(privateKey, { ...claims, aud: 'other' }), 401, /audience/],
    [token(privateKey, { ...claims, iss: 'http://evil.example' }), 401, /issuer/],
    [token(privateKey, claims, { kid: 'two' }), 401, /signing key/],
    [token(privateKey, claims, { alg: 'none' }), 401, /signing method/],
    [token(privateKey, { ...claims, scope: 'other' }), 403, /insufficient_scope/],
    ['a.b', 401, /malformed/],
    ['x', 401, /malformed/],
  ];
  for (const [bearer, status, reason] of refused) {
    const answer = await asked(`Bearer ${bearer}`);
    assert.equal(answer.status, status, String(reason));
    assert.match(answer.headers.get('www-authenticate') ?? '', reason);
  }
});

test('the keys of an authorizer may come from a file; where they cannot be read a notice says what to do', async (t) => {
  const { privateKey, jwks } = await startIssuer(t);
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'keys.json'), jwks);
  const authorizer = (Issuer: string) => ({
    ...restRoute({ AuthorizationType: 'COGNITO_USER_POOLS', AuthorizerId: { Ref: 'Pool' } }),
    Users: { Type: 'AWS::Cognito::UserPool', Properties: { UserPoolName: Issuer } },
    Pool: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        RestApiId,
        Type: 'COGNITO_USER_POOLS',
        IdentitySource: 'method.request.header.Authorization',
        ProviderARNs: [{ 'Fn::GetAtt': ['Users', 'Arn'] }],
      },
    },
  });
  const jwksFile = { Pool: join(folder, 'keys.json') };
  const host = await startHost(t, { echo: { source: ECHO } }, { jwks: jwksFile }, authorizer('a'));
  const claims = {
    iss: 'https://cognito-idp.eu-west-3.amazonaws.com/Users',
    exp: now() + 60,
    client_id: 'c',
  };
  const { status, body } = await ask(`${host.url}/x`, { authorization: token(privateKey, claims) });
  assert.deepEqual([status, body[0]], [200, { claims: { ...claims, exp: String(claims.exp) } }]);

  const without = await startHost(
    t,
    { echo: { source: ECHO } },
    { jwks: { Pool: '/nowhere' } },
    authorizer('a'),
  );
  for (let i = 0; i < 2; i += 1) {
    const refused = await ask(`${without.url}/x`, { authorization: token(privateKey, claims) });
    assert.deepEqual([refused.status, refused.body], [401, { message: 'Unauthorized' }]);
  }
  assert.deepEqual(without.notices.filter((notice) => notice.startsWith('Pool:')).length, 1);
  assert.match(
    without.notices.at(-1) ?? '',
    /^Pool: its keys cannot be read \(.*\); give --jwks Pool=FILE\|URL$/,
  );
});
