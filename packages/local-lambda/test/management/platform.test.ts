import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as lambda from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { startLocalLambda } from '../../src/start.ts';
import { onEnd, temporaryFolder } from '../fixture-package.ts';
import { changeApi } from './change-api.ts';
import { ask, clientsOf } from './clients.ts';

const Role = 'arn:aws:iam::000000000000:role/any';
const Runtime = `nodejs${process.versions.node.split('.')[0]}.x` as lambda.Runtime;
const zip = (source: string) => zipSync({ 'index.mjs': new TextEncoder().encode(source) });
const answering = (text: string) =>
  zip(`export const handler = async (event) => {
    if (event?.wait) await new Promise((done) => setTimeout(done, event.wait));
    return '${text} ' + (process.env.NAME ?? '');
  };`);

test('a function is made, changed, published, given aliases, URLs and routes, kept, and taken away', async (t) => {
  const folder = await temporaryFolder(t);
  const options = { packageDir: [], logsDir: join(folder, 'logs'), state: join(folder, 'state') };
  const first = await startLocalLambda(options);
  onEnd(t, first.close);
  const { client, gateway, invoke } = clientsOf(first.url);
  const FunctionName = 'orders';
  const Code = { ZipFile: answering('one') };
  const Environment = { Variables: { NAME: 'a' } };
  const base = { FunctionName, Code, Role, Runtime, Handler: 'index.handler' };

  const created = await client.send(new lambda.CreateFunctionCommand({ ...base, Environment }));
  assert.deepEqual(
    [created.State, created.Version, created.CodeSize, created.MemorySize, created.Timeout],
    ['Active', '$LATEST', Code.ZipFile.length, 128, 3],
  );
  assert.match(created.LastModified ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
  assert.equal(await invoke(FunctionName), '$LATEST "one a"');
  const body = `{"Runtime":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  const ofLogs = { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' };
  for (const [path, headers, reason] of [
    ['2015-03-31/functions', {}, /nests deeper than 100 levels/],
    ['', ofLogs, /SerializationException/],
  ] as const) {
    const refused = await fetch(`${first.url}/${path}`, { method: 'POST', headers, body });
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), reason);
  }
  await assert.rejects(client.send(new lambda.CreateFunctionCommand(base)), {
    name: 'ResourceConflictException',
    message: 'Function already exist: orders',
  });

  const wrong: [Partial<lambda.CreateFunctionCommandInput>, RegExp][] = [
    [{ MemorySize: 127 }, /^MemorySize: must be a whole number from 128 to 10240, is 127$/],
    [{ Timeout: 901 }, /^Timeout: must be a whole number from 1 to 900, is 901$/],
    [{ FunctionName: 'no space' }, /^FunctionName: must be 1 to 64 letters, digits, - or _, is "no space"$/],
    [{ Runtime: 'cobol' as lambda.Runtime }, /^Runtime: must be a runtime such as .*, is "cobol"$/],
    [{ Runtime: 'java21' }, /^Runtime: java21 does not run on this machine, only nodejs\*/],
    [{ Role: 'me' }, /^Role: must be the ARN of a role, is "me"$/],
    [{ Code: { ZipFile: Buffer.from('no zip') } }, /^Code: .*zip/],
    [{ Code: {} }, /^Code: must be ZipFile, or S3Bucket and S3Key, is neither$/],
    [{ Code: { S3Bucket: 'code', S3Key: 'a.zip' } }, /--s3-endpoint/],
    [{ Environment: { Variables: { A: 'x'.repeat(4_096) } } }, /must have 4096 bytes at most.* has 4097$/],
    [{ Environment: { Variables: { AWS_REGION: 'x' } } }, /AWS_REGION cannot be set/],
    [{ VpcConfig: { SubnetIds: ['subnet-1'] } }, /^VpcConfig: .*leave it out$/],
    [{ Handler: undefined }, /^Handler: must be given$/],
  ];
  for (const [change, message] of wrong) {
    const command = new lambda.CreateFunctionCommand({ ...base, FunctionName: 'other', ...change });
    await assert.rejects(client.send(command), { name: 'InvalidParameterValueException', message });
  }
  assert.equal((await readdir(join(options.state, 'code'))).length, 1, 'refused code is not kept');

  // Versions are what the function was, each with its number; an alias leads to one.
  const one = await client.send(new lambda.PublishVersionCommand({ FunctionName }));
  const again = await client.send(new lambda.PublishVersionCommand({ FunctionName }));
  assert.deepEqual([one.Version, again.Version], ['1', '1']);
  const update = { FunctionName, ZipFile: answering('two') };
  await assert.rejects(client.send(new lambda.UpdateFunctionCodeCommand({ ...update, RevisionId: 'old' })), {
    name: 'PreconditionFailedException',
  });
  const slow = invoke(FunctionName, { wait: 300 });
  const RevisionId = created.RevisionId;
  const updated = await client.send(new lambda.UpdateFunctionCodeCommand({ ...update, RevisionId }));
  assert.notEqual(updated.CodeSha256, created.CodeSha256);
  assert.equal(await invoke(FunctionName), '$LATEST "two a"');
  assert.equal(await slow, '$LATEST "one a"', 'what is in flight ends on the old code');
  await client.send(
    new lambda.UpdateFunctionConfigurationCommand({ FunctionName, Environment: {}, Timeout: 5 }),
  );
  assert.equal(await invoke(FunctionName), '$LATEST "two "');
  const two = await client.send(new lambda.PublishVersionCommand({ FunctionName, Description: 'second' }));
  assert.deepEqual([two.Version, two.Description], ['2', 'second']);
  await client.send(new lambda.CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }));
  assert.equal(await invoke('orders:live'), '1 "one a"');
  await client.send(new lambda.UpdateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '2' }));
  assert.equal(await invoke('orders:live'), '2 "two "');
  await client.send(
    new lambda.UpdateAliasCommand({
      FunctionName,
      Name: 'live',
      RoutingConfig: { AdditionalVersionWeights: { '1': 1 } },
    }),
  );
  assert.equal(await invoke('orders:live'), '1 "one a"');
  await assert.rejects(client.send(new lambda.DeleteFunctionCommand({ FunctionName, Qualifier: '2' })), {
    name: 'ResourceConflictException',
  });
  const { Versions } = await client.send(new lambda.ListVersionsByFunctionCommand({ FunctionName }));
  assert.deepEqual(
    Versions?.map(({ Version }) => Version),
    ['$LATEST', '1', '2'],
  );

  // Concurrency of 0 stops all, and none at all goes on.
  const concurrency = { FunctionName, ReservedConcurrentExecutions: 0 };
  await client.send(new lambda.PutFunctionConcurrencyCommand(concurrency));
  await assert.rejects(invoke(FunctionName), { name: 'TooManyRequestsException' });
  assert.deepEqual(
    (await client.send(new lambda.GetFunctionConcurrencyCommand({ FunctionName })))
      .ReservedConcurrentExecutions,
    0,
  );
  await client.send(
    new lambda.PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 2 }),
  );
  const { AccountLimit, AccountUsage } = await client.send(new lambda.GetAccountSettingsCommand({}));
  const { ConcurrentExecutions = 0, UnreservedConcurrentExecutions } = AccountLimit ?? {};
  assert.equal(UnreservedConcurrentExecutions, ConcurrentExecutions - 2);
  const TotalCodeSize = Versions?.reduce((sum, { CodeSize = 0 }) => sum + CodeSize, 0);
  assert.deepEqual(AccountUsage, { TotalCodeSize, FunctionCount: 1 });
  await client.send(new lambda.DeleteFunctionConcurrencyCommand({ FunctionName }));
  assert.equal(await invoke(FunctionName), '$LATEST "two "');

  await client.send(
    new lambda.PutFunctionEventInvokeConfigCommand({
      FunctionName,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: created.FunctionArn } },
    }),
  );
  const invokeConfig = await client.send(new lambda.GetFunctionEventInvokeConfigCommand({ FunctionName }));
  assert.equal(invokeConfig.MaximumRetryAttempts, 1);
  assert.ok(invokeConfig.LastModified instanceof Date);

  // A policy decides nothing, and is kept as Lambda writes it.
  const permission = {
    FunctionName,
    StatementId: 'shop',
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: 'arn:aws:execute-api:eu-west-3:000000000000:shop/*',
  };
  const { Statement = '' } = await client.send(new lambda.AddPermissionCommand(permission));
  const statement = {
    Sid: 'shop',
    Effect: 'Allow',
    Principal: { Service: permission.Principal },
    Action: permission.Action,
    Resource: created.FunctionArn,
    Condition: { ArnLike: { 'AWS:SourceArn': permission.SourceArn } },
  };
  assert.deepEqual(JSON.parse(Statement), statement);
  await assert.rejects(client.send(new lambda.AddPermissionCommand(permission)), {
    name: 'ResourceConflictException',
  });
  const ofAlias = { ...permission, Qualifier: 'live', Principal: '*', RevisionId: 'old' };
  await assert.rejects(client.send(new lambda.AddPermissionCommand(ofAlias)), {
    name: 'PreconditionFailedException',
  });
  for (let size = 0; ; size += 1) {
    const large = { ...permission, StatementId: `s${size}`, SourceArn: `arn:aws:s3:::${'x'.repeat(2_000)}` };
    const tooLarge = await client
      .send(new lambda.AddPermissionCommand({ ...large, Qualifier: '2' }))
      .then(() => undefined)
      .catch((error: Error) => error);
    if (tooLarge === undefined) continue;
    assert.equal(`${size} ${tooLarge.name}`, '9 PolicyLengthExceededException');
    break;
  }

  const Resource = created.FunctionArn;
  await client.send(new lambda.TagResourceCommand({ Resource, Tags: { a: '1', b: '2', c: '3' } }));
  await client.send(new lambda.UntagResourceCommand({ Resource, TagKeys: ['a', 'b'] }));
  const { Tags } = await client.send(new lambda.ListTagsCommand({ Resource }));
  assert.deepEqual(Tags, { c: '3' });
  const tooMany = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`tag${i}`, '']));
  await assert.rejects(client.send(new lambda.TagResourceCommand({ Resource, Tags: tooMany })), {
    message: 'Tags: a function has 50 at most, would have 51',
  });
  await assert.rejects(client.send(new lambda.ListTagsCommand({ Resource: `${Resource}:live` })), {
    name: 'InvalidParameterValueException',
  });

  // A URL of its own, by its host name alone.
  const url = await client.send(
    new lambda.CreateFunctionUrlConfigCommand({
      FunctionName,
      AuthType: 'NONE',
      Cors: { AllowOrigins: ['*'] },
    }),
  );
  const urlHost = new URL(url.FunctionUrl ?? '').host;
  assert.match(urlHost, /^[\da-f]{32}\.lambda-url\.eu-west-3\.localhost:\d+$/);
  assert.equal(await ask(`${first.url}/any`, urlHost), '200 two ');
  assert.equal((await fetch(`${first.url}/any`)).status, 404);

  // VERB /path comes and goes.
  const { apiId } = await gateway('POST', '', { name: 'shop', protocolType: 'HTTP' });
  const { integrationId } = await gateway('POST', `/${apiId}/integrations`, {
    integrationType: 'AWS_PROXY',
    integrationUri: `${created.FunctionArn}:live`,
    payloadFormatVersion: '2.0',
  });
  const target = `integrations/${integrationId}`;
  const route = await gateway('POST', `/${apiId}/routes`, { routeKey: 'GET /orders/{id}', target });
  assert.equal((await fetch(`${first.url}/orders/7`)).status, 404, 'nothing is served without a stage');
  await gateway('POST', `/${apiId}/stages`, { stageName: '$default' });
  assert.equal(await (await fetch(`${first.url}/orders/7`)).text(), 'one a');
  const extra = await gateway('POST', `/${apiId}/routes`, { routeKey: 'PUT /orders', target });
  const parts = { apiId, route, extra, target, functionArn: created.FunctionArn ?? '' };
  await changeApi(first.url, gateway, parts);
  assert.equal((await fetch(`${first.url}/orders`, { method: 'POST' })).status, 200);
  assert.equal((await gateway('DELETE', `/${apiId}/routes/${extra.routeId}`)).status, 204);
  assert.equal((await fetch(`${first.url}/orders`, { method: 'POST' })).status, 404);
  const refused = await gateway('POST', `/${apiId}/routes`, { routeKey: 'LIST orders', target });
  assert.match(`${refused.status} ${refused.message}`, /^400 routeKey: must be \$default, or a method/);
  await first.close();

  // All of it is there again.
  const second = await startLocalLambda(options);
  onEnd(t, second.close);
  const kept = clientsOf(second.url);
  assert.equal(await kept.invoke(FunctionName), '$LATEST "two "');
  assert.equal(await kept.invoke('orders:live'), '1 "one a"');
  assert.equal(await (await fetch(`${second.url}/orders/7`)).text(), 'one a');
  assert.equal(await ask(`${second.url}/any`, urlHost), '200 two ');
  const { items } = await kept.gateway('GET', `/${apiId}/routes`);
  assert.deepEqual(
    items.map(({ routeId }: { routeId: string }) => routeId),
    [route.routeId],
  );
  const whole = await kept.client.send(new lambda.GetFunctionCommand({ FunctionName }));
  assert.equal(whole.Configuration?.Timeout, 5);
  assert.deepEqual(whole.Tags, { c: '3' });
  const policy = await kept.client.send(new lambda.GetPolicyCommand({ FunctionName }));
  assert.deepEqual(JSON.parse(policy.Policy ?? ''), {
    Version: '2012-10-17',
    Id: 'default',
    Statement: [statement],
  });
  const removed = { FunctionName, StatementId: 'shop' };
  await assert.rejects(
    kept.client.send(new lambda.RemovePermissionCommand({ ...removed, RevisionId: 'old' })),
    { name: 'PreconditionFailedException' },
  );
  await kept.client.send(new lambda.RemovePermissionCommand({ ...removed, RevisionId: policy.RevisionId }));
  await assert.rejects(kept.client.send(new lambda.GetPolicyCommand({ FunctionName })), {
    name: 'ResourceNotFoundException',
  });

  await kept.client.send(new lambda.DeleteFunctionCommand({ FunctionName }));
  await assert.rejects(kept.invoke(FunctionName), { name: 'ResourceNotFoundException' });
  assert.equal(await ask(`${second.url}/any`, urlHost), '404 {"message":"Not Found"}');
  assert.equal((await fetch(`${second.url}/orders/7`)).status, 500, 'a route whose function is gone');
  await kept.gateway('DELETE', `/${apiId}`);
  assert.deepEqual((await kept.gateway('GET', '')).items, []);
  assert.equal((await fetch(`${second.url}/orders/7`)).status, 404);
  assert.deepEqual(await readdir(join(options.state, 'code')), []);
  assert.deepEqual(await readdir(join(options.state, 'functions')), []);

  // Lists come in pages, and what is not served is named.
  for (const name of ['a', 'b', 'c']) {
    await kept.client.send(new lambda.CreateFunctionCommand({ ...base, FunctionName: name, Publish: true }));
  }
  const names: (string | undefined)[] = [];
  const config = { client: kept.client, pageSize: 2 };
  for await (const page of lambda.paginateListFunctions(config, { FunctionVersion: 'ALL' })) {
    names.push(
      ...(page.Functions ?? []).map(({ FunctionArn }) => FunctionArn?.split(':').slice(6).join(':')),
    );
  }
  assert.deepEqual(names, ['a:$LATEST', 'a:1', 'b:$LATEST', 'b:1', 'c:$LATEST', 'c:1']);
  const layers = await fetch(`${second.url}/2018-10-31/layers`);
  assert.equal(layers.status, 501);
  assert.match(await layers.text(), /ListLayers \(GET .*\) is not served/);
  const mapping = { FunctionName: 'a', EventSourceArn: 'arn:aws:kinesis:eu-west-3:000000000000:stream/s' };
  await assert.rejects(kept.client.send(new lambda.CreateEventSourceMappingCommand(mapping)), {
    name: 'InvalidParameterValueException',
    message: /^EventSourceArn: must be the ARN of a queue/,
  });
  await assert.rejects(kept.client.send(new lambda.ListFunctionsCommand({ Marker: 'x' })), {
    message: 'Marker: must be the NextMarker of the page before, is "x"',
  });
});
