import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { makeHerd } from '../../../bench/herd/make-herd.ts';
import { portraitScenario, uploadOf } from '../../../bench/scenarios/portrait.ts';
import { makePhoto, photoSize, wrongPortrait } from '../../../bench/scenarios/portrait-photo.ts';

const MEGAPIXELS = 0.25;
const size = photoSize(MEGAPIXELS);
const photo = await makePhoto(size, 0);
const fit = (image: Uint8Array) => sharp(image).resize(400, 400, { fit: 'inside' });
const portrait = await fit(photo).webp().toBuffer();

test('a portrait is right by format, dimensions and the colour of each block', async () => {
  assert.deepEqual(photoSize(12), { width: 4000, height: 3000 });
  assert.equal(await wrongPortrait(portrait, size, 0), undefined);
  assert.match((await wrongPortrait(portrait, size, 1)) ?? '', /block 1, 1 must be of colour/);
  assert.match((await wrongPortrait(await fit(photo).png().toBuffer(), size, 0)) ?? '', /and is png/);
  assert.match(
    (await wrongPortrait(await fit(photo).rotate(90).webp().toBuffer(), size, 0)) ?? '',
    /300 × 400/,
  );
  const mirrored = await fit(photo).flop().webp().toBuffer();
  assert.match((await wrongPortrait(mirrored, size, 0)) ?? '', /must be of colour/);
});

test('no sheep has two uploads under way, and wrong portraits are told when all are there', async () => {
  const pass = portraitScenario(MEGAPIXELS).begin({ count: 2, herd: makeHerd(2, 1), atOnce: 2 });
  const answer = (image: Uint8Array) => ({
    status: 200,
    body: JSON.stringify({ image: Buffer.from(image).toString('base64') }),
  });
  const [one, two] = [pass.next(), pass.next()];
  assert.notEqual(uploadOf(one).tattoo, uploadOf(two).tattoo);
  assert.throws(() => pass.next(), /no sheep is left/);
  assert.equal(pass.verify(one, answer(portrait)), undefined);
  assert.equal(uploadOf(pass.next()).tattoo, uploadOf(one).tattoo);
  assert.equal(await pass.finish(), undefined);
  assert.match(pass.verify(two, { status: 422, body: 'refused' }) ?? '', /expected 200 .* got 422/);
  assert.equal(pass.verify(two, answer(portrait)), undefined);
  assert.match((await pass.finish()) ?? '', /1 portraits are wrong: POST .*photo=1: block/);
});
