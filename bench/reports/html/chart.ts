import type { EChartsOption } from 'echarts';
import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { html, type Markup, raw } from './markup.ts';
import { type Legend, legendMarkup } from './palette.ts';

echarts.use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  GridComponent,
  MarkLineComponent,
  LabelLayout,
  SVGRenderer,
]);

/** A figure of the report: drawn twice, for wide and for narrow screens, with its data as a table. */
export interface Chart {
  readonly title: string;
  /** What a reader needs to know to read it. */
  readonly caption: string;
  /** What it shows, in words, for those who do not see it. */
  readonly alternative: string;
  readonly legend: readonly Legend[];
  /** Pixels of height on a wide and on a narrow screen. */
  readonly heights: readonly [wide: number, narrow: number];
  readonly option: (isNarrow: boolean) => EChartsOption;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Takes the whole width of the page instead of half. */
  readonly isWide?: boolean;
}

const WIDTHS = { full: 1020, half: 500, narrow: 340 } as const;

/** Draws a chart: a figure with two pictures, of which the style sheet shows one, and the data in a table. */
export function chartFigure(chart: Chart): Markup {
  const { title, caption, alternative, legend, heights, isWide } = chart;
  const [wide, narrow] = heights;
  return html`<figure class="chart${isWide ? ' full' : ''}">
<figcaption><h3>${title}</h3><p>${caption}</p>${legendMarkup(legend)}</figcaption>
<div class="wide">${svgOf(chart.option(false), isWide ? WIDTHS.full : WIDTHS.half, wide, alternative)}</div>
<div class="narrow">${svgOf(chart.option(true), WIDTHS.narrow, narrow, alternative)}</div>
<details><summary>The figures of this chart</summary>${dataTable(title, chart.header, chart.rows)}</details>
</figure>`;
}

/** A table that scrolls inside of its own box, reachable by keyboard. */
export function dataTable(
  name: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): Markup {
  const isFigure = header.map((_, column) => rows.every((row) => /^[-–\d]|^$/.test(row[column] ?? '')));
  const cell = (text: string, column: number) =>
    column === 0
      ? html`<th scope="row">${text}</th>`
      : html`<td${raw(isFigure[column] ? ' class="figure"' : '')}>${text}</td>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table>
<thead><tr>${header.map((text, column) => html`<th scope="col"${raw(isFigure[column] ? ' class="figure"' : '')}>${text}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></div>`;
}

function svgOf(option: EChartsOption, width: number, height: number, alternative: string): Markup {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'inherit' }, ...option });
    return raw(tidy(chart.renderToSVGString(), html`${alternative}`.markup, `0 0 ${width} ${height}`));
  } finally {
    chart.dispose();
  }
}

/** Leaves the drawing alone: what ECharts adds for scripts and for hovering has no use in a file without script. */
function tidy(svg: string, label: string, viewBox: string): string {
  return (
    svg
      .replace(/<style[\s\S]*?<\/style>/g, '')
      .replace(/ (?:class|pointer-events|ecmeta_\w+|dominant-baseline="central" xml:space)="[^"]*"/g, '')
      .replace(/(\d\.\d\d)\d+/g, '$1')
      .replace(
        /<svg[^>]*>/,
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}" role="img" aria-label="${label}">`,
      )
      // The background is the page's own.
      .replace(/<rect [^>]*fill="none"[^>]*><\/rect>/, '')
      .replace(/\n+/g, '\n')
  );
}
