import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { benchIn, KEYS, NO_AWS, temporaryFile } from '../run-cli.ts';
import { SIGNED_REGION as REGION, signatureOf } from '../signature.ts';

const SMALL = ['--herd', '5', '--calls', '10', '--rounds', '2', '--connections', '2', '--warm-up', '0.1'];

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
    /^bench: --sign eu-west-3 needs AWS credentials, as the AWS CLI finds them; got none: /m,
  );
  assert.equal(keyless.code, 2);
});
