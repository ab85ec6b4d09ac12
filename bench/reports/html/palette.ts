import { html, type Markup, raw } from './markup.ts';

/** How one series is told from others: by colour, by the shape of its marks and by the dashes of its line. */
export interface Look {
  readonly colour: string;
  readonly symbol: 'circle' | 'diamond' | 'triangle' | 'rect';
  readonly dash: 'solid' | number[];
}

/** An entry of a legend. */
export interface Legend {
  readonly name: string;
  readonly look: Look;
  /** A surface, not a line with marks. */
  readonly isArea?: boolean;
}

const SYMBOLS = ['circle', 'diamond', 'triangle', 'rect'] as const;
const DASHES: readonly Look['dash'][] = ['solid', [7, 4], [2, 3], [10, 3, 2, 3]];

/** The look of a stack, by its place among the stacks of the run; colours come from Okabe and Ito's palette. */
export function lookOf(index: number): Look {
  return {
    colour: `var(--series-${(index % 6) + 1})`,
    symbol: SYMBOLS[index % SYMBOLS.length] ?? 'circle',
    dash: DASHES[index % DASHES.length] ?? 'solid',
  };
}

/** The legend of stacks. */
export function stackLegend(stacks: readonly string[]): Legend[] {
  return stacks.map((name, index) => ({ name, look: lookOf(index) }));
}

const MARKS: Readonly<Record<Look['symbol'], string>> = {
  circle: '<circle cx="13" cy="6" r="4"/>',
  diamond: '<path d="M13 1l5 5l-5 5l-5 -5z"/>',
  triangle: '<path d="M13 1.5l5 9l-10 0z"/>',
  rect: '<rect x="9" y="2" width="8" height="8"/>',
};

/** Renders a legend; nothing when there is nothing to tell apart. */
export function legendMarkup(entries: readonly Legend[]): Markup | undefined {
  if (entries.length === 0) return undefined;
  return html`<ul class="legend">${entries.map(({ name, look, isArea }) => {
    const dash = look.dash === 'solid' ? '' : ` stroke-dasharray="${look.dash.join(' ')}"`;
    const mark = isArea
      ? '<rect x="4" y="0" width="18" height="12" rx="2"/>'
      : `<path d="M0 6H26" stroke="${look.colour}" stroke-width="2"${dash}/>${MARKS[look.symbol]}`;
    return html`<li>${raw(`<svg viewBox="0 0 26 12" width="26" height="12" aria-hidden="true" fill="${look.colour}">${mark}</svg>`)}${name}</li>`;
  })}</ul>`;
}
