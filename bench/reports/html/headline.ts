import { isMissing } from '../../analysis/metrics.ts';
import type { Ratio } from '../../analysis/ratios.ts';
import type { StackFigures } from '../../analysis/stack-figures.ts';
import type { Summary } from '../../analysis/summary.ts';
import type { ScenarioName } from '../../results/names.ts';
import type { Verdict } from '../../statistics/interval.ts';
import { decimal, difference, range } from '../format.ts';
import { html, type Markup } from './markup.ts';

/** What each scenario stands for. */
const SCENARIO_TEXTS: Readonly<Record<ScenarioName, string>> = {
  cat: 'CPU alone: Ackermann’s function, step by step',
  sheep: 'one conditional write',
  dog: 'a scan, page by page, that only counts',
  wolf: 'a scan, a prime test of every sheep, a conditional delete',
  import: 'a CSV file in a bucket becomes rows in the table',
  portrait: 'an uploaded photo becomes a portrait in the gallery',
};

const SIGNS = { faster: '▲', slower: '▼', inconclusive: '≈' } as const;

/** The answer in one sentence. */
export function headlineText({ ratios, plan }: Summary): string {
  const headline = ratios.filter(({ metric }) => metric === 'p50');
  const [first] = headline;
  if (first === undefined) return `How ${plan.stacks.join(' and ')} did`;
  const others = [...new Set(headline.map(({ other }) => other))];
  if (others.length > 1) return `${first.base} against ${others.join(' and ')}`;
  const count = (verdict: Verdict) =>
    headline.filter(({ figures }) => !isMissing(figures) && figures.verdict === verdict).length;
  const unknown = headline.filter(({ figures }) => isMissing(figures)).length;
  const [faster, slower, open] = [count('faster'), count('slower'), count('inconclusive')];
  const of = `of ${headline.length} ${headline.length === 1 ? 'scenario' : 'scenarios'}`;
  const rest = [
    ...(open > 0 ? [`${open} inconclusive`] : []),
    ...(unknown > 0 ? [`${unknown} without a ratio`] : []),
  ].join(', ');
  const tail = rest === '' ? '' : `; ${rest}`;
  if (faster > 0) {
    const also = slower > 0 ? `, slower in ${slower}` : '';
    return `${first.base} is faster than ${first.other} in ${faster} ${of}${also}${tail}`;
  }
  if (slower > 0) return `${first.base} is slower than ${first.other} in ${slower} ${of}${tail}`;
  return unknown === 0
    ? `${first.base} against ${first.other}: no difference that can be told from chance`
    : `${first.base} against ${first.other}: ${rest}`;
}

/** A card for every ratio of medians, or for every median where there is nothing to compare. */
export function headlineCards(summary: Summary): Markup {
  const headline = summary.ratios.filter(({ metric }) => metric === 'p50');
  const isNamed = new Set(headline.map(({ other }) => other)).size > 1;
  const cards =
    headline.length === 0
      ? summary.figures.map(medianCard)
      : headline.map((one) => ratioCard(one, summary.figures, isNamed));
  return html`<div class="cards">${cards}</div>`;
}

function ratioCard(ratio: Ratio, figures: readonly StackFigures[], isNamed: boolean): Markup {
  const { scenario, base, other } = ratio;
  const median = (stack: string) =>
    decimal(figures.find((one) => one.scenario === scenario && one.stack === stack)?.p50?.value);
  const name = html`<h3>${scenario}${isNamed ? ` · ${base} over ${other}` : ''}</h3><p class="what">${SCENARIO_TEXTS[scenario]}</p>`;
  const detail = html`<p class="detail">median: ${base} ${median(base)}\u00a0ms, ${other} ${median(other)}\u00a0ms</p>`;
  if (isMissing(ratio.figures)) {
    return html`<article class="card inconclusive">${name}<p class="big">–</p><p class="verdict">no ratio: ${ratio.figures.missing}</p>${detail}</article>`;
  }
  const { verdict } = ratio.figures;
  const said = verdict === 'inconclusive' ? 'inconclusive' : `${base} is ${verdict}`;
  return html`<article class="card ${verdict}">${name}
<p class="big">${decimal(ratio.figures.ratio)}<span>×</span></p>
<p class="verdict"><span aria-hidden="true">${SIGNS[verdict]}</span>${said}</p>
<p class="detail">95\u00a0% interval <span class="whole">${range(ratio.figures)}</span></p>
<p class="detail">finds differences from <span class="whole">${difference(ratio.figures.detectable)}</span></p>${detail}</article>`;
}

function medianCard({ scenario, stack, p50 }: StackFigures): Markup {
  return html`<article class="card"><h3>${scenario} · ${stack}</h3><p class="what">${SCENARIO_TEXTS[scenario]}</p>
<p class="big">${decimal(p50?.value)}<span> ms</span></p>
<p class="detail">median latency, 95 % interval ${range(p50?.interval)}</p></article>`;
}
