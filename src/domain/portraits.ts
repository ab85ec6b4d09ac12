import type { ListedObject, ObjectAddress, Objects, PresignedPost } from './objects.ts';
import { type ImageType, MAX_IMAGE_BYTES } from './portrait-maker.ts';

/** One upload of an image for a sheep. */
export interface Upload {
  /** Of two uploads, the id of the later request sorts first. */
  readonly id: string;
  readonly tattoo: bigint;
}

/** A portrait as the gallery shows it. */
export interface ShownPortrait extends Upload {
  /** An address that anyone can read for an hour. */
  readonly url: string;
}

/** Why there is no portrait of an upload. */
export interface Refusal extends Upload {
  readonly reason: string;
}

/** Where uploads, portraits and refusals are kept. */
export interface Portraits {
  /** Lets anyone upload one image of this type for a sheep, within ten minutes. @param random uniform in [0, 1). */
  request(tattoo: bigint, type: ImageType, random: () => number): Promise<Upload & { form: PresignedPost }>;
  /** The upload that an object is; `undefined` when it is none. */
  uploadOf(address: ObjectAddress): Upload | undefined;
  /** What was uploaded; `undefined` when it is not there any more. @throws ShedError `INVALID_INPUT` when too large. */
  original(upload: Upload): Promise<Uint8Array | undefined>;
  /**
   * Stores a portrait in place of earlier ones of the sheep, then removes the original. May be repeated, and be under
   * way for several uploads at once: the one that was requested last stays.
   * @returns whether it is this one.
   */
  keep(upload: Upload, portrait: Uint8Array): Promise<boolean>;
  /** Records why there is no portrait, then removes the original. May be repeated. */
  refuse(upload: Upload, reason: string): Promise<void>;
  /** At most `count` portraits, newest first. @param from id of the first, or of none: then of those behind it. */
  shown(count: number, from?: string): Promise<readonly ShownPortrait[]>;
  /** At most `count` refusals, newest first. */
  refused(count: number, from?: string): Promise<readonly Refusal[]>;
  /** Where the browser sends forms and finds portraits, as `https://bucket.s3.eu-west-3.amazonaws.com`. */
  origin(): Promise<string>;
}

/** An id of {@link Upload}. */
export const UPLOAD_ID = /^\d{13}-[0-9a-f]{8}$/;

const FORM_SECONDS = 600;
const SHOWN_SECONDS = 3600;

/** Above every time in milliseconds that has 13 digits: the later, the lower is the difference. */
const END_OF_TIME_MS = 9_999_999_999_999;

const UPLOAD_KEY = /^uploads\/(\d{13}-[0-9a-f]{8})-(0|[1-9]\d{0,19})$/;
const SHOWN_KEY = /^(?:portraits|refused)\/(\d{13}-[0-9a-f]{8})-(\d{1,20})$/;

/**
 * Portraits in one bucket:
 * `uploads/<id>-<tattoo>` until it has been dealt with, `portraits/<id>-<tattoo>` what is shown,
 * `sheep/<tattoo>/<id>` an empty object a portrait, by which the earlier ones of a sheep are found, and
 * `refused/<id>-<tattoo>` a reason (ADR 25).
 * @param now milliseconds since the epoch.
 */
export function portraitsIn(bucket: string, objects: Objects, now: () => number): Portraits {
  const at = (key: string): ObjectAddress => ({ bucket, key });
  const named = (folder: string, { id, tattoo }: Upload) => at(`${folder}/${id}-${tattoo}`);
  const ofSheep = ({ id, tattoo }: Upload) => at(`sheep/${tattoo}/${id}`);

  async function* idsOf(tattoo: bigint): AsyncGenerator<string> {
    const prefix = `sheep/${tattoo}/`;
    for await (const page of objects.list(bucket, prefix)) {
      for (const { key } of page) yield key.slice(prefix.length);
    }
  }

  async function firstOf(folder: string, count: number, from?: string): Promise<readonly Upload[]> {
    const after = from === undefined ? {} : { after: `${folder}/${from}` };
    for await (const page of objects.list(bucket, `${folder}/`, { ...after, pageSize: count })) {
      return page.flatMap(shownUpload);
    }
    return [];
  }

  const portraits: Portraits = {
    async request(tattoo, type, random) {
      const time = String(END_OF_TIME_MS - now()).padStart(13, '0');
      const chance = Math.floor(random() * 2 ** 32);
      const upload = { id: `${time}-${chance.toString(16).padStart(8, '0')}`, tattoo };
      const limits = { minBytes: 1, maxBytes: MAX_IMAGE_BYTES, expiresSeconds: FORM_SECONDS };
      const form = await objects.presignPost(named('uploads', upload), {
        ...limits,
        contentTypePrefix: type,
      });
      return { ...upload, form };
    },
    uploadOf(address) {
      const [, id, tattoo] = UPLOAD_KEY.exec(address.key) ?? [];
      if (address.bucket !== bucket || id === undefined || tattoo === undefined) return undefined;
      return { id, tattoo: BigInt(tattoo) };
    },
    async original(upload) {
      const found = await objects.get(named('uploads', upload), { maxBytes: MAX_IMAGE_BYTES });
      if (found === undefined) return undefined;
      const image = new Uint8Array(found.size);
      let filled = 0;
      for await (const chunk of found.body) {
        image.set(chunk, filled);
        filled += chunk.length;
      }
      return image;
    },
    async keep(upload, portrait) {
      // The mark first: a portrait without one would never be found when the next replaces it.
      await objects.put(ofSheep(upload), '');
      await objects.put(named('portraits', upload), portrait, { contentType: 'image/webp' });
      // Whoever looks last sees the marks of all, so that of any number at once the newest alone stays. A later one
      // may have removed the mark of this one already.
      const marks = await Array.fromAsync(idsOf(upload.tattoo));
      const [newest = upload.id] = marks;
      for (const id of new Set([...marks, upload.id])) {
        if (id === newest) continue;
        const earlier = { id, tattoo: upload.tattoo };
        await objects.delete(named('portraits', earlier));
        await objects.delete(ofSheep(earlier));
      }
      const isNewest = newest === upload.id;
      if (isNewest) await objects.delete(named('uploads', upload));
      else await portraits.refuse(upload, 'a later upload for the same sheep replaces it');
      return isNewest;
    },
    async refuse(upload, reason) {
      await objects.put(named('refused', upload), reason, { contentType: 'text/plain; charset=utf-8' });
      await objects.delete(named('uploads', upload));
    },
    async shown(count, from) {
      const uploads = await firstOf('portraits', count, from);
      return Promise.all(
        uploads.map(async (upload) => ({
          ...upload,
          url: await objects.presignGet(named('portraits', upload), SHOWN_SECONDS),
        })),
      );
    },
    async refused(count, from) {
      const uploads = await firstOf('refused', count, from);
      return Promise.all(
        uploads.map(async (upload) => {
          const found = await objects.get(named('refused', upload), { maxBytes: 10_000 });
          return { ...upload, reason: await textOf(found?.body) };
        }),
      );
    },
    async origin() {
      return new URL(await objects.presignGet(at('portraits/'), SHOWN_SECONDS)).origin;
    },
  };
  return portraits;
}

function shownUpload({ key }: ListedObject): readonly Upload[] {
  const [, id, tattoo] = SHOWN_KEY.exec(key) ?? [];
  return id === undefined || tattoo === undefined ? [] : [{ id, tattoo: BigInt(tattoo) }];
}

async function textOf(body: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) text += decoder.decode(chunk, { stream: true });
  return text;
}
