import type { Refusal, ShownPortrait } from '../../domain/portraits.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** What a page of the gallery shows. */
export interface GalleryPage {
  /** Newest first; weights in micrograms, `undefined` for a sheep that is not in the shed any more. */
  readonly shown: readonly (ShownPortrait & { readonly weight: number | undefined })[];
  readonly refused: readonly Refusal[];
  readonly isFirst: boolean;
  /** Where the next page begins. */
  readonly next: string | undefined;
}

/** A page of the gallery as HTML, which runs no script and no style but ours. */
export function galleryPage({ shown, refused, isFirst, next }: GalleryPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gallery of the sheep shed</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>Gallery of the sheep shed</h1></header>
<main>
<section aria-labelledby="add">
<h2 id="add">Add a portrait</h2>
<form id="form">
<p><label for="tattoo">Tattoo of the sheep</label>
<input id="tattoo" name="tattoo" inputmode="numeric" pattern="[0-9]{1,20}" maxlength="20" autocomplete="off" required aria-describedby="tattoo-hint">
<span id="tattoo-hint" class="hint">1 to 20 digits; the sheep must be in the shed</span></p>
<p><label for="file">Photo</label>
<input id="file" name="file" type="file" accept="image/jpeg,image/png,image/webp" required aria-describedby="file-hint">
<span id="file-hint" class="hint">JPEG, PNG or WebP, at most 10 MB</span></p>
<p><button>Upload</button></p>
<progress id="progress" max="1" value="0" aria-label="Upload" hidden></progress>
<p id="status" role="status"></p>
<noscript><p>Uploads from this page need JavaScript.</p></noscript>
</form>
</section>
<section aria-labelledby="portraits-title">
<h2 id="portraits-title">Portraits</h2>
<p id="none"${shown.length > 0 ? ' hidden' : ''}>There is no portrait here yet.</p>
<ul id="portraits" class="portraits">${shown.map(portrait).join('')}</ul>
<nav aria-label="Pages">${isFirst ? '' : '<a href="gallery">Newest</a> '}${next === undefined ? '' : `<a href="gallery?from=${next}" rel="next">Older</a>`}</nav>
</section>
<section id="refusals" aria-labelledby="refused-title"${refused.length > 0 ? '' : ' hidden'}>
<h2 id="refused-title">Refused uploads</h2>
<ul id="refused">${refused.map(refusal).join('')}</ul>
</section>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** The headers of a page. @param origin from where its portraits come, and where uploads go. */
export async function securityHeaders(origin: string): Promise<Readonly<Record<string, string>>> {
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(SCRIPT)}'`,
    `style-src '${await hashOf(STYLE)}'`,
    `img-src ${origin}`,
    `connect-src 'self' ${origin}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    // The addresses of portraits are secrets for an hour.
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

function portrait({ id, tattoo, url, weight }: GalleryPage['shown'][number]): string {
  const text = weight === undefined ? 'not in the shed any more' : `${kilograms(weight)} kg`;
  return `
<li data-upload="${id}" data-tattoo="${tattoo}"><figure><img src="${escaped(url)}" alt="Portrait of sheep ${tattoo}"><figcaption>Sheep ${tattoo}, ${text}</figcaption></figure></li>`;
}

function refusal({ id, tattoo, reason }: Refusal): string {
  return `
<li data-upload="${id}">Sheep ${tattoo}: ${escaped(reason)}</li>`;
}

/** Micrograms to the gram. */
function kilograms(weight: number): string {
  return (weight / 1e9).toFixed(3);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
