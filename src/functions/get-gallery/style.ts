/** The style of the gallery, light or dark as the reader's system. */
export const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 75rem; padding: 1rem; }
label { display: block; font-weight: 600; }
input, button { font: inherit; padding: 0.4rem 0.6rem; max-width: 100%; box-sizing: border-box; }
.hint { display: block; font-size: 0.9rem; }
progress { width: 100%; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
.portraits { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); padding: 0; list-style: none; }
figure { margin: 0; }
img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: color-mix(in srgb, CanvasText 8%, Canvas); }
figcaption { overflow-wrap: anywhere; }
#refused { overflow-wrap: anywhere; }
nav a { display: inline-block; padding: 0.5rem 0; margin-right: 1rem; }
[hidden] { display: none; }
`;
