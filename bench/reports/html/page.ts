import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PredictOptions } from '../../analysis/prediction/on-lambda.ts';
import type { Summary } from '../../analysis/summary.ts';
import { summaryOf } from '../../analysis/summary.ts';
import type { BenchResult } from '../../results/result.ts';
import { notPredictedLines, titleOf } from '../terminal.ts';
import { type Chart, chartFigure } from './chart.ts';
import { coldWarmChart } from './charts/cold-warm.ts';
import { costChart } from './charts/cost.ts';
import { loadCurveChart } from './charts/load-curve.ts';
import { memoryChart } from './charts/memory.ts';
import { onLambdaChart } from './charts/on-lambda.ts';
import { percentileChart } from './charts/percentiles.ts';
import { ratioForest } from './charts/ratio-forest.ts';
import { roundsChart } from './charts/rounds.ts';
import { constantsSheet, factSheets, methodText, wholeTable } from './facts.ts';
import { headlineCards, headlineText } from './headline.ts';
import { html, type Markup, raw } from './markup.ts';

/** Nothing may be fetched, and no script run: the file is all there is. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const LOGO = `<svg viewBox="0 0 32 32" aria-hidden="true"><path d="M3 15L16 4l13 11v13H3z" fill="none" stroke="var(--accent)" stroke-width="2.4" stroke-linejoin="round"/><path d="M10 22a3.2 3.2 0 0 1 1-6 3.6 3.6 0 0 1 6.6-1.2A3.4 3.4 0 0 1 21 20a2.6 2.6 0 0 1-2 3.600h-8z" fill="var(--accent)"/></svg>`;

interface Section {
  readonly id: string;
  readonly title: string;
  readonly intro: string;
  readonly body: Markup | undefined;
}

/** Renders a result as one HTML file that needs nothing else: no network, no script. */
export function renderHtml(result: BenchResult, predict?: PredictOptions): string {
  const summary = summaryOf(result, predict);
  const style = readFileSync(join(import.meta.dirname, 'report.css'), 'utf8');
  const sections = sectionsOf(summary).filter(({ body }) => body !== undefined);
  const title = headlineText(summary);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${title} – Sheep Shed bench</title>
<link rel="icon" href="data:,">
<style>${raw(style)}</style></head>
<body><a class="skip" href="#main">Skip to the figures</a>
<header class="top"><div class="page"><p class="brand">${raw(LOGO)}Sheep Shed <span>bench report</span></p>
<h1>${title}</h1><p class="lede">${titleOf(summary)}</p></div></header>
<nav aria-label="Sections"><ul class="page">${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main id="main" class="page">${notices(summary)}${sections.map(sectionMarkup)}</main>
<footer><div class="page">Made from a result file of <code>npm run bench</code>, ${summary.startedAt} to ${summary.finishedAt}.</div></footer>
</body></html>
`;
  return page.markup;
}

function sectionsOf(summary: Summary): Section[] {
  const each = (draw: typeof percentileChart) =>
    chartGrid(summary.plan.scenarios.map((scenario) => draw(summary, scenario)));
  const forest = ratioForest(summary);
  return [
    {
      id: 'answer',
      title: 'Answer',
      intro:
        forest === undefined
          ? 'Median latency as the client measured it.'
          : 'How many times faster by median latency, as the client measured it, over rounds in which the stacks took turns.',
      body: html`${headlineCards(summary)}${forest === undefined ? undefined : chartFigure(forest)}`,
    },
    {
      id: 'latency',
      title: 'Latency',
      intro:
        'Every call of every whole round: how long it took at most, for so many per cent of the calls. Both axes are logarithmic, the lower one in nines, so that the tail has room. Marks stand at p50, p90, p99 and p99.9.',
      body: each(percentileChart),
    },
    {
      id: 'rounds',
      title: 'Rounds',
      intro:
        'The median of each round. Rounds that lie close together make narrow intervals; a drift to one side would say that the machine changed while it measured.',
      body: each(roundsChart),
    },
    {
      id: 'cold',
      title: 'Cold starts',
      intro: 'The first call of a new execution environment waits for its init.',
      body: chartGrid([coldWarmChart(summary)]),
    },
    {
      id: 'load',
      title: 'Load',
      intro:
        'Latency when requests come at planned times, whatever the answers do; it counts from the planned time. Hollow marks missed the objective.',
      body: each(loadCurveChart),
    },
    {
      id: 'memory-and-cost',
      title: 'Memory and cost',
      intro: 'What the functions use, and what that would cost.',
      body: chartGrid([memoryChart(summary), costChart(summary)]),
    },
    {
      id: 'on-lambda',
      title: 'On Lambda',
      intro:
        'Predicted for AWS Lambda from the CPU time measured here: what each memory size would take and cost. Hollow marks are less than the function used of memory here.',
      body: onLambdaSection(summary),
    },
    { id: 'figures', title: 'All figures', intro: '', body: wholeTable(summary) },
    {
      id: 'method',
      title: 'Method',
      intro: 'What was done, on what machine, and how far to trust it.',
      body: html`${methodText(summary)}${factSheets(summary)}`,
    },
  ];
}

function onLambdaSection(summary: Summary): Markup | undefined {
  const charts = chartGrid(summary.plan.scenarios.map((scenario) => onLambdaChart(summary, scenario)));
  const missing = notPredictedLines(summary).map((line) => html`<p>${line}</p>`);
  if (charts === undefined) return missing.length === 0 ? undefined : html`${missing}`;
  return html`<p><a href="#constants">Where these numbers come from</a></p>${missing}${charts}${constantsSheet()}`;
}

function chartGrid(charts: readonly (Chart | undefined)[]): Markup | undefined {
  const drawn = charts.filter((chart) => chart !== undefined);
  return drawn.length === 0 ? undefined : html`<div class="charts">${drawn.map(chartFigure)}</div>`;
}

function sectionMarkup({ id, title, intro, body }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${intro === '' ? undefined : html`<p class="intro">${intro}</p>`}${body}</section>`;
}

function notices({ warnings, figures }: Summary): Markup {
  const faults = figures.flatMap(({ scenario, stack, problems }) =>
    problems.map((problem) => `${scenario} on ${stack}: ${problem}`),
  );
  return html`${notice('Not everything was right', 'warnings faults', faults)}${notice('Before you trust a figure', 'warnings', warnings)}`;
}

function notice(title: string, style: string, lines: readonly string[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  return html`<aside class="${style}" aria-label="${title}"><h2>${title}</h2><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></aside>`;
}
