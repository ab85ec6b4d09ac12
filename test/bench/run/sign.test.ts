import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { iamSigner } from '../../../bench/stacks/iam-signer.ts';
import { benchIn, KEYS, NO_AWS, temporaryFile } from '../run-cli.ts';

const REGION = 'eu-west-3';
const HOLDER = new CloudWatchLogsClient({
  region: REGION,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const SMALL = ['--herd', '5', '--calls', '10', '--rounds', '2', '--connections', '2', '--warm-up', '0.1'];

/** What the holder of the test keys would have signed at the time that a request gives. */
async function signatureOf({ method = '', url = '', headers }: IncomingMessage): Promise<string | undefined> {
  const date = headers['x-amz-date'];
  if (date === undefined) return undefined;
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(date)) ?? [];
  const [year = 0, month = 0, day, hour, minute, second] = parts.map(Number);
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const sent = await iamSigner(HOLDER, () => at)({ method, url: `http://${headers.host}${url}` });
  return sent['authorization'];
}

/** A shed behind a stage that answers only what is signed. */
async function signedShed(t: TestContext): Promise<string> {
  let sheep = 0;
  const server = createServer(async (request, response) => {
    const signature = await signatureOf(request);
    if (signature === undefined || request.headers.authorization !== signature) {
      response.writeHead(403).end('{"message":"Forbidden"}');
    } else if (request.method === 'POST') {
      sheep++;
      response.writeHead(201).end(`{"tattoo":${request.url?.split('/').at(-1)},"weight":80000000000}`);
    } else response.end(`{"count":${sheep}}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/%24default`;
}

test('--sign signs every request, of either load model and between the rounds', async (t) => {
  const url = await signedShed(t);
  const plan = ['--url', url, '--scenario', 'sheep', '--scenario', 'dog', ...SMALL, '--sign', REGION];
  const out = await temporaryFile(t);
  const closed = await benchIn(KEYS, [...plan, '--out', out]);
  assert.equal(closed.code, 0, closed.stderr + closed.stdout);
  const open = await benchIn(KEYS, [...plan, '--rate', '100', '--out', out]);
  assert.equal(open.code, 0, open.stderr + open.stdout);
});

test('an API that wants signatures, and --sign without credentials, end before anything is measured', async (t) => {
  const url = await signedShed(t);
  const unsigned = await benchIn(KEYS, ['--url', url]);
  assert.match(unsigned.stderr, /^bench: --url of api must be .*GET \/dog answered 403/m);
  assert.equal(unsigned.code, 2);
  const keyless = await benchIn(NO_AWS, ['--url', url, '--sign', REGION]);
  assert.match(
    keyless.stderr,
    /^bench: --sign of api needs AWS credentials, as the AWS CLI finds them; got none: /m,
  );
  assert.equal(keyless.code, 2);
});
