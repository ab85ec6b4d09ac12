import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { PutIn } from '../load/event-connection.ts';
import { csvOf } from '../scenarios/flock-file.ts';
import { flockFileOf } from '../scenarios/import.ts';
import { uploadOf } from '../scenarios/portrait.ts';
import { flockReport, lookAtImport, putFlock } from './flock-upload.ts';
import { lookInGallery, uploadPortrait } from './portrait-upload.ts';

/** Milliseconds between two looks: what it takes until something is seen is no less exact, and a look costs little. */
const LOOK_MS = 10;

/** Puts a file into the bucket of flocks; it is visible when the table of imports says that it is complete. */
export function importFlock(
  { s3, dynamodb }: { readonly s3: S3Client; readonly dynamodb: DynamoDBClient },
  { bucket, imports }: { readonly bucket: string; readonly imports: string },
): PutIn {
  return async (request, signal) => {
    const file = flockFileOf(request);
    const put = { Bucket: bucket, Key: `flocks/${file.first}.csv`, Body: csvOf(file) };
    const upload = await putFlock(s3, put, signal);
    for (;;) {
      const { counts } = await lookAtImport(dynamodb, imports, upload, signal);
      const visibleAt = performance.now();
      if (counts !== undefined) {
        const report = await flockReport(s3, upload, signal);
        return { answer: { status: 200, body: JSON.stringify({ ...counts, report }) }, visibleAt };
      }
      await sleep(LOOK_MS, undefined, { signal });
    }
  };
}

/** Uploads a photo; it is visible when the portrait that the gallery shows has been fetched whole. */
export function makePortrait(url: string, photos: readonly Uint8Array[]): PutIn {
  return async (request, signal) => {
    const { tattoo, photo } = uploadOf(request);
    const { id, status } = await uploadPortrait(
      url,
      tattoo,
      photos[photo] ?? new Uint8Array(),
      'image/jpeg',
      signal,
    );
    if (status !== 204) throw new Error(`the storage answered ${status}`);
    for (;;) {
      const item = await lookInGallery(url, id, signal);
      const [, address] = /<img src="([^"]+)"/.exec(item ?? '') ?? [];
      if (address !== undefined) {
        const answer = await fetch(unescaped(address), { signal });
        const image = Buffer.from(await answer.arrayBuffer());
        const visibleAt = performance.now();
        return {
          answer: { status: answer.status, body: JSON.stringify({ image: image.toString('base64') }) },
          visibleAt,
        };
      }
      if (item !== undefined) {
        return { answer: { status: 422, body: `refused: ${item}` }, visibleAt: performance.now() };
      }
      await sleep(LOOK_MS, undefined, { signal });
    }
  };
}

/** An attribute of HTML as text: the gallery writes what is special by its number. */
function unescaped(text: string): string {
  return text
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&amp;', '&');
}
