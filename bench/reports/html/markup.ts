/** Text that is markup already and must not be escaped again. */
export interface Markup {
  readonly markup: string;
}

/** What a template takes: markup as it is, anything else escaped; `undefined` gives nothing. */
export type Part = Markup | string | number | undefined | readonly (Markup | undefined)[];

/** A template of HTML that escapes whatever is not markup itself. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const markup = texts.map((text, index) => `${text}${index < parts.length ? render(parts[index]) : ''}`);
  return { markup: markup.join('') };
}

/** Text that is known to be markup. */
export function raw(markup: string): Markup {
  return { markup };
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escapeHtml(part);
  if ('markup' in part) return part.markup;
  return part.map(render).join('');
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
