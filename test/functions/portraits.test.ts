import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Content, isContent } from '../../src/domain/content.ts';
import type { CallContext } from '../../src/domain/context.ts';
import { ShedError } from '../../src/domain/errors.ts';
import { run as getGallery } from '../../src/functions/get-gallery/run.ts';
import { run as makePortrait } from '../../src/functions/make-portrait/run.ts';
import { run as requestPortrait } from '../../src/functions/request-portrait/run.ts';
import { BUCKET, memoryPortraits } from './memory-portraits.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Functions, and a herd of sheep 1 to 60. */
function start() {
  const parts = memoryPortraits();
  for (let i = 1n; i <= 60n; i++) parts.weights.set(i, 80_000_000_000 + Number(i));
  let drawn = 0;
  const call: CallContext = {
    requestId: 'a-call',
    correlationId: 'an-errand',
    log: { warn: () => undefined, error: assert.fail },
    random: () => (drawn = (drawn + 0.137) % 1),
    remainingTimeMs: () => 1000,
  };
  const context = { ...call, ...parts };
  const request = (tattoo: string) => requestPortrait({ tattoo, type: 'image/png' }, context);
  const keyOf = (fields: Readonly<Record<string, string>>) => fields['key'] ?? '';
  const eventOf = (...keys: string[]) => ({
    Records: keys.map((key) => ({
      eventName: 'ObjectCreated:Post',
      s3: { bucket: { name: BUCKET }, object: { key: encodeURIComponent(key) } },
    })),
  });
  async function upload(tattoo: string, image: string) {
    const form = await request(tattoo);
    assert.equal(await parts.objects.post(form, 'image/png', bytes(image)), 204);
    return { id: form.upload, key: keyOf(form.fields) };
  }
  const deliver = (...keys: string[]) => makePortrait(eventOf(...keys), context);
  async function page(event: unknown = {}): Promise<Content> {
    const result = await getGallery(event, context);
    assert.ok(isContent(result));
    return result;
  }
  /** The keys of the bucket without their ids. */
  async function kept(): Promise<string[]> {
    const listed = (await Array.fromAsync(parts.objects.list(BUCKET))).flat();
    return listed.map(({ key }) => key.replace(/\d{13}-[0-9a-f]{8}/, '…'));
  }
  return { ...parts, context, request, upload, deliver, page, kept, eventOf };
}

const upload = ({ body }: Content) =>
  [...String(body).matchAll(/data-upload="(\d[^"]+)"/g)].map(([, id]) => id);

test('an upload becomes a portrait in the gallery, and its original is gone', async () => {
  const { upload: put, deliver, page, kept, objects } = start();
  const { id, key } = await put('7', 'abc');
  assert.deepEqual(await deliver(key), [{ upload: id, outcome: 'shown' }]);
  assert.deepEqual(await kept(), ['portraits/…-7', 'sheep/7/…']);
  const html = String((await page()).body);
  assert.match(html, /<figcaption>Sheep 7, 80\.000 kg<\/figcaption>/);
  const [, url = ''] = /<img src="([^"]+)" alt="Portrait of sheep 7">/.exec(html) ?? [];
  assert.deepEqual(await objects.follow(url), bytes('cba'));
});

test('who is not in the shed gets no portrait, and other types no form', async () => {
  const { context } = start();
  await assert.rejects(requestPortrait({ tattoo: '99', type: 'image/png' }, context), {
    code: 'NO_FITTING_SHEEP',
    message: 'sheep 99 is not in the shed',
  });
  for (const type of [undefined, 'image/svg+xml', 'image/png,image/png']) {
    await assert.rejects(requestPortrait({ tattoo: '7', type }, context), { code: 'INVALID_INPUT' });
  }
});

test('the form takes the type that was asked for, at most 10 MB', async () => {
  const { request, objects } = start();
  const form = await request('7');
  assert.equal(await objects.post(form, 'text/html', bytes('abc')), 403);
  assert.equal(await objects.post(form, 'image/png', new Uint8Array(10_000_001)), 400);
  assert.equal(await objects.post(form, 'image/png', new Uint8Array(10_000_000)), 204);
});

test('events that come twice, one after the other or at once, do no harm', async () => {
  const { upload: put, deliver, kept, page } = start();
  const { id, key } = await put('7', 'abc');
  await Promise.all([deliver(key), deliver(key), deliver(key, key)]);
  assert.deepEqual(await deliver(key), [{ upload: id, outcome: 'gone' }]);
  assert.deepEqual(await kept(), ['portraits/…-7', 'sheep/7/…']);
  assert.deepEqual(upload(await page()), [id]);
});

test('of uploads for one sheep the one that was requested last stays, in whatever order and however they are made', async () => {
  for (const order of ['first to last', 'last to first', 'at once']) {
    const { upload: put, deliver, kept, page, context } = start();
    const uploads = [];
    for (const image of ['first', 'second', 'third', 'fourth']) uploads.push(await put('7', image));
    const last = uploads.at(-1)?.id;
    if (order === 'last to first') uploads.reverse();
    if (order === 'at once') await Promise.all(uploads.map(({ key }) => deliver(key)));
    else for (const { key } of uploads) await deliver(key);
    const keys = (await kept()).filter((key) => !key.startsWith('refused/'));
    assert.deepEqual(keys, ['portraits/…-7', 'sheep/7/…'], order);
    const [shown] = await context.portraits.shown(10);
    assert.equal(shown?.id, last, order);
    assert.equal(String((await page()).body).match(/<img/g)?.length, 1);
  }
});

test('whenever a call for the same sheep ends at any step, what is left is one portrait: the later', async () => {
  // The earlier call is held up before each of its steps in turn, while the later runs through.
  for (let step = 0; step < 12; step++) {
    const { upload: put, deliver, kept, objects, context } = start();
    const [earlier, later] = [await put('7', 'early'), await put('7', 'late')];
    let left = step;
    const held = new Proxy(objects, {
      get: (target, name) => {
        const real = Reflect.get(target, name);
        return typeof real !== 'function' || name === 'list'
          ? real
          : async (...args: unknown[]) => {
              if (left-- === 0) await deliver(later.key);
              return Reflect.apply(real, target, args);
            };
      },
    });
    const { portraitsIn } = await import('../../src/domain/portraits.ts');
    const portraits = portraitsIn(BUCKET, held, () => 0);
    await makePortrait({ bucket: BUCKET, key: earlier.key }, { ...context, portraits });
    if (left >= 0) await deliver(later.key);
    const keys = (await kept()).filter((key) => !key.startsWith('refused/'));
    assert.deepEqual(keys, ['portraits/…-7', 'sheep/7/…'], `held before step ${step}`);
    assert.equal((await context.portraits.shown(1))[0]?.id, later.id);
  }
});

test('a refused upload has its reason on the page and in the dead letters, and leaves no original', async () => {
  const { upload: put, context, eventOf, kept, page, portraitDeadLetters } = start();
  const { id, key } = await put('7', 'abc');
  const reason = 'the file is <b>a "text"</b>; it must be an image';
  const maker = { make: () => Promise.reject(new ShedError('INVALID_INPUT', reason)) };
  const event = eventOf(key);
  assert.deepEqual(await makePortrait(event, { ...context, maker }), [{ upload: id, outcome: 'refused' }]);
  assert.deepEqual(await kept(), ['refused/…-7']);
  assert.deepEqual(portraitDeadLetters.messages, [
    { body: JSON.stringify(event), attributes: { reason, code: 'INVALID_INPUT', requestId: 'a-call' } },
  ]);
  const { body } = await page();
  assert.match(
    String(body),
    /Sheep 7: the file is &#60;b&#62;a &#34;text&#34;&#60;\/b&#62;; it must be an image/,
  );
});

test('what another try may mend is thrown, and the original stays for it', async () => {
  const { upload: put, context, eventOf, kept } = start();
  const { key } = await put('7', 'abc');
  const maker = { make: () => Promise.reject(new Error('out of threads')) };
  await assert.rejects(makePortrait(eventOf(key), { ...context, maker }), /out of threads/);
  assert.deepEqual(await kept(), ['uploads/…-7']);
});

test('events of no upload go to the dead letters, those of a set-up nowhere', async () => {
  const { context, portraitDeadLetters } = start();
  assert.deepEqual(await makePortrait({ Service: 'Amazon S3', Event: 's3:TestEvent' }, context), []);
  assert.equal(portraitDeadLetters.messages.length, 0);
  const foreign = [
    { bucket: BUCKET, key: 'portraits/x' },
    { bucket: 'other', key: 'a' },
    {},
    null,
    7,
    { Records: [{}, 7] },
  ];
  for (const event of foreign) assert.deepEqual(await makePortrait(event, context), []);
  assert.deepEqual(
    portraitDeadLetters.messages.map(({ attributes }) => attributes?.['reason']),
    [
      '{"bucket":"portraits","key":"portraits/x"} is no upload of a portrait',
      '{"bucket":"other","key":"a"} is no upload of a portrait',
      ...Array(3).fill('bucket must be the name of a bucket; got nothing'),
    ],
  );
});

test('the gallery goes newest first, page by page, and begins where it is asked to', async () => {
  const { upload: put, deliver, page, weights } = start();
  const ids: string[] = [];
  for (let i = 1; i <= 30; i++) {
    const { id, key } = await put(String(i), 'abc');
    await deliver(key);
    ids.unshift(id);
  }
  weights.delete(30n);
  const first = await page();
  assert.deepEqual(upload(first), ids.slice(0, 24));
  assert.match(String(first.body), /Sheep 30, not in the shed any more/);
  const [, next] = /<a href="gallery\?from=([^"]+)" rel="next">Older<\/a>/.exec(String(first.body)) ?? [];
  const second = await page({ from: next });
  assert.deepEqual(upload(second), ids.slice(24));
  assert.match(String(second.body), /<a href="gallery">Newest<\/a>/);
  assert.doesNotMatch(String(second.body), /Older/);
});

test('the page runs nothing but its own script and style', async () => {
  const { type, headers, body } = await start().page();
  assert.equal(type, 'text/html; charset=utf-8');
  const policy = headers['content-security-policy'] ?? '';
  for (const [tag, directive] of [
    ['script', 'script-src'],
    ['style', 'style-src'],
  ]) {
    const [, text = ''] = new RegExp(`<${tag}>([\\s\\S]*)</${tag}>`).exec(String(body)) ?? [];
    const hash = createHash('sha256').update(text).digest('base64');
    assert.ok(policy.includes(`${directive} 'sha256-${hash}';`), policy);
  }
  assert.match(policy, /^default-src 'none';/);
  assert.doesNotMatch(policy, /unsafe|\*/);
});
