import type { BenchAnswer, BenchRequest } from '../load/exchange.ts';
import { PHOTOS, photoSize, wrongPortrait } from './portrait-photo.ts';
import type { ShedState } from './scenario.ts';
import { objectOf, type Pass, type Scenario, wrongAnswer } from './scenario.ts';

const SHOWN = 3;

/** Uploads a photo of a sheep a call, which must become a portrait in the gallery; photos take turns. */
export function portraitScenario(megapixels: number): Scenario {
  return { name: 'portrait', begin: (shed) => beginUploads(shed, megapixels) };
}

/** The photo that a request of this scenario uploads, and the path of its form. */
export function uploadOf({ path }: BenchRequest): { readonly tattoo: string; readonly photo: number } {
  const [, tattoo = '', photo = ''] = /^\/sheep\/(\d+)\/portrait\?photo=(\d+)$/.exec(path) ?? [];
  return { tattoo, photo: Number(photo) };
}

function beginUploads({ count, herd }: ShedState, megapixels: number): Pass {
  // Of two uploads at once for one sheep the earlier would never be visible.
  const free = herd?.sheep.map(({ tattoo }) => tattoo) ?? [];
  const portraits: { readonly request: BenchRequest; readonly image: Buffer }[] = [];
  let uploads = 0;
  return {
    next() {
      const tattoo = free.pop();
      if (tattoo === undefined) throw new Error('no sheep is left whose last portrait was answered');
      return { method: 'POST', path: `/sheep/${tattoo}/portrait?photo=${uploads++ % PHOTOS}` };
    },
    verify(request: BenchRequest, answer: BenchAnswer) {
      free.push(BigInt(uploadOf(request).tattoo));
      const found = objectOf(answer.body);
      const image = found?.['image'];
      if (answer.status !== 200 || typeof image !== 'string') {
        return wrongAnswer(request, '200 and a portrait in the gallery', answer);
      }
      portraits.push({ request, image: Buffer.from(image, 'base64') });
      return undefined;
    },
    keepsHerd: false,
    restock: () => [],
    // Not in `verify`: to decode a portrait would take time from the calls after it.
    async finish() {
      const wrong: string[] = [];
      const size = photoSize(megapixels);
      for (const { request, image } of portraits.splice(0)) {
        const problem = await wrongPortrait(image, size, uploadOf(request).photo);
        if (problem !== undefined) wrong.push(`${request.method} ${request.path}: ${problem}`);
      }
      if (wrong.length === 0) return undefined;
      return `${wrong.length} portraits are wrong: ${wrong.slice(0, SHOWN).join('; ')}`;
    },
    count: () => count,
  };
}
