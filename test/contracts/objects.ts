import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedObject, Objects, PresignedPost } from '../../src/domain/objects.ts';

/** Objects, a bucket that is empty, and what a browser does with presigned addresses. */
export interface ObjectsFixture {
  /** Its lists have pages of two. */
  readonly objects: Objects;
  readonly bucket: string;
  /** The HTTP status of an upload by a form. */
  readonly post: (form: PresignedPost, contentType: string, body: Uint8Array) => Promise<number>;
  /** `undefined` when the answer is not 200. */
  readonly follow: (url: string) => Promise<Uint8Array | undefined>;
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** The contract of the `Objects` port, run on every adapter. @param empty makes an empty bucket. */
export function objectsContract(name: string, empty: () => Promise<ObjectsFixture>): void {
  test(`${name}: what is put is read, from its beginning or from any byte, and headed`, async () => {
    const { objects, bucket } = await empty();
    const address = { bucket, key: 'in/a b+ü%.csv' };
    assert.equal(await objects.get(address), undefined);
    assert.equal(await objects.head(address), undefined);
    await objects.put(address, 'tattoo,weight', {
      contentType: 'text/csv',
      metadata: { 'request-id': 'r 1' },
    });
    const head = await objects.head(address);
    assert.ok(head);
    const { etag } = head;
    assert.match(etag, /^[^"]+$/);
    const whole = { size: 13, etag, contentType: 'text/csv', metadata: { 'request-id': 'r 1' } };
    assert.deepEqual(head, whole);
    for (const [from, rest] of [
      [0, 'tattoo,weight'],
      [7, 'weight'],
      [12, 't'],
      [13, ''],
      [99, ''],
    ] as const) {
      const reading = await objects.get(address, { from, etag, maxBytes: 13 });
      assert.ok(reading);
      const { body, ...known } = reading;
      assert.deepEqual(known, whole, `from ${from}`);
      assert.equal(Buffer.concat(await Array.fromAsync(body)).toString(), rest);
    }
  });

  test(`${name}: other contents than were asked for are not given, and the same contents have the same name`, async () => {
    const { objects, bucket } = await empty();
    const address = { bucket, key: 'one' };
    const etags = [];
    for (const text of ['first', 'second', 'first']) {
      await objects.put(address, bytes(text));
      etags.push((await objects.head(address))?.etag ?? '');
    }
    assert.equal(etags[0], etags[2]);
    assert.notEqual(etags[0], etags[1]);
    for (const from of [0, 2, 99]) {
      assert.equal(await objects.get(address, { etag: etags[1] as string, from }), undefined);
    }
  });

  test(`${name}: an object above the limit is refused before it is read, whatever part was asked for`, async () => {
    const { objects, bucket } = await empty();
    await objects.put({ bucket, key: 'big' }, new Uint8Array(200_000));
    for (const from of [0, 199_990]) {
      await assert.rejects(objects.get({ bucket, key: 'big' }, { from, maxBytes: 199_999 }), {
        code: 'INVALID_INPUT',
        message: 'big must be an object of at most 199999 bytes; got "200000 bytes"',
      });
    }
    const reading = await objects.get({ bucket, key: 'big' }, { maxBytes: 200_000 });
    let size = 0;
    for await (const chunk of reading?.body ?? []) size += chunk.length;
    assert.equal(size, 200_000);
    // Who stops early may go on with other calls.
    for await (const _chunk of (await objects.get({ bucket, key: 'big' }))?.body ?? []) break;
    await objects.put({ bucket, key: 'none' }, '');
    const none = await objects.get({ bucket, key: 'none' });
    assert.equal(none?.size, 0);
    assert.deepEqual(await Array.fromAsync(none.body), []);
  });

  test(`${name}: lists go page by page in the order of keys, and what is deleted is gone`, async () => {
    const { objects, bucket } = await empty();
    assert.deepEqual((await Array.fromAsync(objects.list(bucket))).flat(), []);
    for (const key of ['b/2', 'a/1', 'b/10', 'b/1', 'c']) await objects.put({ bucket, key }, key);
    const pages = await Array.fromAsync(objects.list(bucket, 'b/'));
    assert.ok(pages.length >= 2 && pages.every((page: readonly ListedObject[]) => page.length <= 2));
    assert.deepEqual(
      pages.flat().map(({ key, size }) => [key, size]),
      [
        ['b/1', 3],
        ['b/10', 4],
        ['b/2', 3],
      ],
    );
    assert.equal(pages.flat()[0]?.etag, (await objects.head({ bucket, key: 'b/1' }))?.etag);
    assert.ok((pages.flat()[0]?.modifiedMs ?? 0) > Date.UTC(2020, 0));
    const behind = await Array.fromAsync(objects.list(bucket, 'b/', { after: 'b/1', pageSize: 1 }));
    assert.deepEqual(
      behind.filter((page) => page.length > 0).map((page) => page.map(({ key }) => key)),
      [['b/10'], ['b/2']],
    );
    assert.deepEqual((await Array.fromAsync(objects.list(bucket, 'b/', { after: 'b/2' }))).flat(), []);
    await objects.delete({ bucket, key: 'b/10' });
    await objects.delete({ bucket, key: 'b/10' });
    assert.equal((await Array.fromAsync(objects.list(bucket))).flat().length, 4);
  });

  test(`${name}: a form uploads one object within its limits, and what is stored carries its metadata`, async () => {
    const { objects, bucket, post, follow } = await empty();
    const address = { bucket, key: 'uploads/7' };
    const limits = { minBytes: 1, maxBytes: 5, contentTypePrefix: 'image/', expiresSeconds: 60 };
    const form = await objects.presignPost(address, { ...limits, metadata: { tattoo: '7' } });
    assert.equal(await post(form, 'image/png', bytes('123456')), 400);
    assert.equal(await post(form, 'image/png', bytes('')), 400);
    assert.equal(await post(form, 'text/html', bytes('12345')), 403);
    const other = { ...form, fields: { ...form.fields, key: 'uploads/8' } };
    assert.equal(await post(other, 'image/png', bytes('12345')), 403);
    assert.equal(await objects.head(address), undefined);
    assert.equal(await post(form, 'image/png', bytes('12345')), 204);
    const { contentType, metadata, size } = (await objects.head(address)) ?? {};
    assert.deepEqual({ contentType, metadata, size }, {
      contentType: 'image/png',
      metadata: { tattoo: '7' },
      size: 5,
    } as object);
    const url = await objects.presignGet(address, 60);
    assert.equal(Buffer.from((await follow(url)) ?? []).toString(), '12345');
    await objects.delete(address);
    assert.equal(await follow(url), undefined);
  });
}
