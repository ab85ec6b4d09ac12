import assert from 'node:assert/strict';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { signatureV4 } from '../../../src/adapters/dynamodb/aws-signature.ts';

/** SHA-256 as AWS's own signer wants it. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = ArrayBuffer.isView(secret)
      ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
      : Buffer.from((secret ?? '') as string);
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', key);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

const text = (minLength: number) => fc.string({ unit: 'grapheme-ascii', minLength, maxLength: 60 });
const word = fc.stringMatching(/^[A-Za-z0-9/+=]{16,64}$/);
const headerValue = fc.stringMatching(/^[!-~]{1,40}$/);

test('a signature is the one that AWS’s own signer makes', async () => {
  const keys = fc.record({
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,32}$/),
    secretAccessKey: word,
    sessionToken: fc.option(word, { nil: undefined }),
  });
  const region = fc.constantFrom('eu-west-3', 'us-gov-east-1', 'cn-north-1');
  const body = fc.oneof(text(0), fc.string({ unit: 'grapheme', maxLength: 200 }));
  const at = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
  await fc.assert(
    fc.asyncProperty(keys, region, body, at, headerValue, async (key, regionName, payload, date, target) => {
      const headers = { host: `dynamodb.${regionName}.amazonaws.com`, 'x-amz-target': target };
      const { sessionToken, ...rest } = key;
      const signer = new SignatureV4({
        service: 'dynamodb',
        region: regionName,
        sha256: Sha256,
        applyChecksum: false,
        credentials: { ...rest, ...(sessionToken === undefined ? {} : { sessionToken }) },
      });
      const expected = await signer.sign(
        {
          method: 'POST',
          protocol: 'https:',
          hostname: headers.host,
          path: '/',
          query: {},
          headers,
          body: payload,
        },
        { signingDate: date },
      );
      const signed = signatureV4('dynamodb', regionName)({ headers, body: payload }, key, date);
      assert.deepEqual(signed, expected.headers);
    }),
  );
});

test('the kept key is not used for another day or another secret', () => {
  const request = { headers: { host: 'a' }, body: '{}' };
  const key = { accessKeyId: 'id', secretAccessKey: 'one' };
  const [day, next] = [new Date('2026-11-21T23:59:59Z'), new Date('2026-11-22T00:00:00Z')];
  const kept = signatureV4('dynamodb', 'eu-west-3');
  for (const [credentials, at] of [
    [key, day],
    [key, next],
    [{ ...key, secretAccessKey: 'two' }, next],
    [key, day],
  ] as const) {
    const fresh = signatureV4('dynamodb', 'eu-west-3');
    assert.deepEqual(kept(request, credentials, at), fresh(request, credentials, at));
  }
});
