import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { iamSigner, type SignableRequest, type SigningCredentials } from '../../../bench/stacks/sigv4.ts';

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

interface Case {
  readonly region: string;
  readonly credentials: SigningCredentials;
  readonly service: string;
  readonly time: number;
  readonly request: SignableRequest;
}

/** What the signer of AWS's SDK makes of a request. */
async function oracle({ region, credentials, service, time, request }: Case): Promise<unknown> {
  const { protocol, host, hostname, pathname, search } = new URL(request.url);
  const query: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(search)) {
    query[name] = [...(query[name] ?? []), value];
  }
  const signer = new SignatureV4({
    region,
    credentials,
    service,
    sha256: Sha256,
    applyChecksum: false,
  });
  const { method, body } = request;
  const { headers } = await signer.sign(
    { method: method.toUpperCase(), protocol, hostname, path: pathname, query, headers: { host }, body },
    { signingDate: new Date(time) },
  );
  const { host: _host, ...added } = headers;
  return added;
}

function ours({ region, credentials, service, time, request }: Case): unknown {
  return { ...iamSigner({ region, credentials, service, now: () => time })(request) };
}

// The SDK's signer keeps a query in a plain object, and so loses a parameter of this name.
const text = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((word) => word.isWellFormed() && word !== '__proto__');
const segment = fc.oneof(
  text.map(encodeURIComponent),
  fc.constantFrom('', '.', '%2537', 'a%2Fb', '~-_', "!'()*"),
);
const parameter = fc.tuple(text, text).map((pair) => pair.map(encodeURIComponent).join('='));
const cases: fc.Arbitrary<Case> = fc.record({
  region: fc.constantFrom('eu-west-3', 'us-east-1'),
  service: fc.constantFrom('execute-api', 'dynamodb'),
  credentials: fc.record(
    {
      accessKeyId: fc.constant('AKIDEXAMPLE'),
      secretAccessKey: fc.string({ minLength: 1 }),
      sessionToken: fc.constant('AQoEXAMPLE=='),
    },
    { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
  ) as fc.Arbitrary<SigningCredentials>,
  time: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  request: fc
    .record({
      method: fc.constantFrom('GET', 'post', 'DELETE'),
      host: fc.constantFrom('https://a1.execute-api.eu-west-3.amazonaws.com', 'http://127.0.0.1:4566'),
      path: fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
      query: fc.array(parameter, { maxLength: 4 }).map((parameters) => parameters.join('&')),
      body: fc.oneof(fc.constant(undefined), fc.string(), fc.uint8Array()),
    })
    .map(({ method, host, path, query, body }) => ({
      method,
      url: `${host}${path}${query === '' ? '' : `?${query}`}`,
      ...(body === undefined ? {} : { body }),
    })),
});

test('a signature is that of the signer in AWS’s SDK', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (one) => assert.deepEqual(ours(one), await oracle(one))),
    { numRuns: 500 },
  );
});

test('a signer signs on after midnight by the key of the new day', async () => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const request = { method: 'GET', url: 'https://a1.execute-api.eu-west-3.amazonaws.com/dog' };
  const midnight = Date.UTC(2026, 10, 22);
  let time = 0;
  const sign = iamSigner({ region: 'eu-west-3', credentials, now: () => time });
  for (time of [midnight - 1, midnight, midnight - 1]) {
    const one = { region: 'eu-west-3', credentials, service: 'execute-api', time, request };
    assert.deepEqual({ ...sign(request) }, await oracle(one));
  }
});

test('what cannot be signed is refused', () => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const sign = iamSigner({ region: 'eu-west-3', credentials, now: () => 0 });
  assert.throws(() => sign({ method: 'GET', url: '/dog' }), TypeError);
  assert.throws(
    () => sign({ method: 'GET', url: 'https://example.com/cat?m=+3' }),
    /a \+ in a query must be/,
  );
});
