import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { startHost } from '../fixture-package.ts';
import { startGates } from '../gates.ts';

const ECHO = `export const handler = async (event, context) => {
  if (event.fail) throw new TypeError('as asked');
  console.log('seen');
  return { event, custom: context.clientContext?.custom, arn: context.invokedFunctionArn, version: context.functionVersion }; };`;

function clientOf(url: string): LambdaClient {
  return new LambdaClient({
    endpoint: url,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
}

const text = (payload: Uint8Array | undefined): string => Buffer.from(payload ?? []).toString('utf8');

test("AWS's SDK invokes a function, gets its errors and the tail of its log", async (t) => {
  const host = await startHost(t, { echo: { source: ECHO } });
  const client = clientOf(host.url);
  const ClientContext = Buffer.from('{"custom":{"a":1,"b":"ä\\n"}}').toString('base64');
  const good = await client.send(
    new InvokeCommand({
      FunctionName: 'echo',
      Payload: Buffer.from('{"n":1}'),
      LogType: 'Tail',
      ClientContext,
    }),
  );
  assert.equal(good.StatusCode, 200);
  assert.equal(good.FunctionError, undefined);
  assert.equal(good.ExecutedVersion, '$LATEST');
  const arn = 'arn:aws:lambda:eu-west-3:000000000000:function:echo';
  assert.deepEqual(JSON.parse(text(good.Payload)), {
    event: { n: 1 },
    custom: { a: 1, b: 'ä\n' },
    arn,
    version: '$LATEST',
  });
  const tail = Buffer.from(good.LogResult ?? '', 'base64')
    .toString('utf8')
    .split('\n');
  assert.match(tail[0] ?? '', /^START RequestId/);
  assert.match(tail[1] ?? '', /\tINFO\tseen$/);
  assert.match(tail[2] ?? '', /^END RequestId/);
  assert.match(tail[3] ?? '', /^REPORT RequestId/);

  const bad = await client.send(
    new InvokeCommand({ FunctionName: arn, Payload: Buffer.from('{"fail":true}') }),
  );
  assert.equal(bad.FunctionError, 'Unhandled');
  assert.equal(JSON.parse(text(bad.Payload)).errorType, 'TypeError');
});

test('dry runs, unknown functions and broken payloads are answered as AWS answers them', async (t) => {
  const host = await startHost(t, { echo: { source: ECHO } });
  const client = clientOf(host.url);
  const dry = await client.send(new InvokeCommand({ FunctionName: 'echo', InvocationType: 'DryRun' }));
  assert.equal(dry.StatusCode, 204);
  await assert.rejects(client.send(new InvokeCommand({ FunctionName: 'none' })), {
    name: 'ResourceNotFoundException',
    message: 'Function not found: arn:aws:lambda:eu-west-3:000000000000:function:none',
  });
  await assert.rejects(client.send(new InvokeCommand({ FunctionName: 'echo', Payload: Buffer.from('{') })), {
    name: 'InvalidRequestContentException',
  });
  for (const context of ['%', 'e30', '"text"', '[1]', '{', '', ' '.repeat(4_000)]) {
    const ClientContext = context === '%' ? context : Buffer.from(context).toString('base64');
    await assert.rejects(
      client.send(new InvokeCommand({ FunctionName: 'echo', ClientContext: ClientContext || ' ' })),
      {
        name: 'InvalidRequestContentException',
        message: 'Client context must be a valid Base64-encoded JSON object.',
      },
      context,
    );
  }
});

test('throttling reaches the SDK as TooManyRequestsException', async (t) => {
  const gates = await startGates(t);
  const source = `export const handler = () => fetch('${gates.url}first').then(() => 1);`;
  const host = await startHost(
    t,
    { one: { source, properties: { Timeout: 60, ReservedConcurrentExecutions: 1 } } },
    { queueSeconds: 0.05 },
  );
  const client = clientOf(host.url);
  const first = client.send(new InvokeCommand({ FunctionName: 'one' }));
  await gates.arrival('first');
  await assert.rejects(client.send(new InvokeCommand({ FunctionName: 'one' })), {
    name: 'TooManyRequestsException',
  });
  gates.open('first');
  assert.equal((await first).FunctionError, undefined);
});

test('an event is taken with 202, tried three times, and recorded when it fails for good', async (t) => {
  const host = await startHost(t, { echo: { source: ECHO } });
  const client = clientOf(host.url);
  const taken = await client.send(
    new InvokeCommand({ FunctionName: 'echo', InvocationType: 'Event', Payload: Buffer.from('{"fail":1}') }),
  );
  assert.equal(taken.StatusCode, 202);
  const folder = join(host.logsDir, 'local-lambda/failed-events');
  let record = '';
  for (let i = 0; i < 600 && !record.endsWith('\n'); i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const files = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
    const file = files.find((name) => name.endsWith('.log'));
    if (file !== undefined) record = await readFile(join(folder, file), 'utf8');
  }
  const failed = JSON.parse(record.slice(record.indexOf('\t') + 1));
  assert.equal(failed.requestContext.condition, 'RetriesExhausted');
  assert.equal(failed.requestContext.approximateInvokeCount, 3);
  assert.deepEqual(failed.requestPayload, { fail: 1 });
  assert.equal(failed.responsePayload.errorType, 'TypeError');
});

test('functions can be listed and described', async (t) => {
  const host = await startHost(t, { echo: { source: ECHO }, other: { source: ECHO } });
  const client = clientOf(host.url);
  const list = await client.send(new ListFunctionsCommand({}));
  assert.deepEqual(
    list.Functions?.map(({ FunctionName }) => FunctionName),
    ['echo', 'other'],
  );
  const one = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'echo' }));
  assert.deepEqual([one.MemorySize, one.Timeout, one.Architectures], [128, 60, ['arm64']]);
  const whole = await client.send(new GetFunctionCommand({ FunctionName: 'other' }));
  assert.equal(whole.Configuration?.FunctionName, 'other');
});

test('a qualifier is $LATEST, or an alias or version of the template', async (t) => {
  const FunctionName = { Ref: 'EchoLambdaFunction' };
  const host = await startHost(
    t,
    { echo: { source: ECHO }, other: { source: ECHO } },
    {},
    {
      Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName, Name: 'live', FunctionVersion: '1' } },
      Edge: {
        Type: 'AWS::Lambda::Alias',
        Properties: { FunctionName, Name: 'edge', FunctionVersion: '$LATEST' },
      },
      Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName } },
    },
  );
  const client = clientOf(host.url);
  const invoke = async (Qualifier?: string) => {
    const given = Qualifier === undefined ? {} : { Qualifier };
    const answer = await client.send(new InvokeCommand({ FunctionName: 'echo', ...given }));
    const { arn, version } = JSON.parse(text(answer.Payload));
    return [answer.ExecutedVersion, arn.split(':').slice(6).join(':'), version];
  };
  assert.deepEqual(await invoke(), ['$LATEST', 'echo', '$LATEST']);
  assert.deepEqual(await invoke('$LATEST'), ['$LATEST', 'echo:$LATEST', '$LATEST']);
  assert.deepEqual(await invoke('live'), ['1', 'echo:live', '1']);
  assert.deepEqual(await invoke('1'), ['1', 'echo:1', '1']);
  assert.deepEqual(await invoke('edge'), ['$LATEST', 'echo:edge', '$LATEST']);
  const { FunctionArn, Version } = await client.send(
    new GetFunctionConfigurationCommand({ FunctionName: 'echo', Qualifier: 'live' }),
  );
  assert.deepEqual([FunctionArn, Version], ['arn:aws:lambda:eu-west-3:000000000000:function:echo:live', '1']);
  const starts = (await host.logLines('echo')).filter((line) => line.startsWith('START'));
  assert.deepEqual(
    ['$LATEST', '1'].map((version) => starts.filter((line) => line.endsWith(` ${version}`)).length),
    [3, 2],
  );
  await host.dropEnvironments('echo');
  const ask = async (name: string, query = '') => {
    const url = `${host.url}/2015-03-31/functions/${name}/invocations${query}`;
    const response = await fetch(url, { method: 'POST', body: '{}' });
    await response.arrayBuffer();
    assert.match(response.headers.get('x-amzn-requestid') ?? '', /^[\da-f-]{36}$/);
    return [response.status, response.headers.get('x-amzn-errortype')];
  };
  for (const query of ['', '?Qualifier=live', '?Qualifier=1', '?Qualifier=$LATEST']) {
    assert.deepEqual(await ask('echo', query), [200, null]);
  }
  assert.deepEqual(await ask('echo:live'), [200, null]);
  assert.deepEqual(await ask('echo:live', '?Qualifier=live'), [200, null]);
  const missing = [404, 'ResourceNotFoundException'];
  assert.deepEqual(await ask('echo', '?Qualifier=blue'), missing);
  assert.deepEqual(await ask('other', '?Qualifier=live'), missing);
  assert.deepEqual(await ask('echo:1', '?Qualifier=live'), [400, 'InvalidParameterValueException']);
});

test("a function that nothing here runs is Lambda's own fault to the caller, a function's error of that name is not", async (t) => {
  const source = `class ServiceException extends Error { name = 'ServiceException' }
    class Throttled extends Error { name = 'TooManyRequestsException' }
    export const handler = (event) => { throw event.throttled ? new Throttled('mine') : new ServiceException('mine'); };`;
  const host = await startHost(t, {
    foreign: { source: ECHO, properties: { Runtime: 'java21' }, routes: ['GET /'] },
    failing: { source },
  });
  const ask = async (name: string, body = '{}') => {
    const response = await fetch(`${host.url}/2015-03-31/functions/${name}/invocations`, {
      method: 'POST',
      body,
    });
    assert.match(response.headers.get('x-amzn-requestid') ?? '', /^[\da-f-]{36}$/);
    const answer = (await response.json()) as { Message?: string; errorType?: string };
    return [
      response.status,
      response.headers.get('x-amz-function-error'),
      answer.Message ?? answer.errorType,
    ];
  };
  assert.deepEqual(await ask('foreign'), [
    502,
    null,
    'foreign: java21 does not run here, only nodejs*, python3*, provided*',
  ]);
  assert.deepEqual(await ask('failing'), [200, 'Unhandled', 'ServiceException']);
  assert.deepEqual(await ask('failing', '{"throttled":1}'), [200, 'Unhandled', 'TooManyRequestsException']);
  assert.equal((await fetch(host.url)).status, 501);
});
