import { notVerified } from '../../analysis/run-differences.ts';
import type { StackFigures } from '../../analysis/stack-figures.ts';
import type { Summary } from '../../analysis/summary.ts';
import { engineText } from '../../plan/plan.ts';
import { isImported } from '../../results/result.ts';
import { amountText, bytes, decimal, range } from '../format.ts';
import { HOSTS_HEADER, HOSTS_NOTE, HOSTS_TITLE, hostsRows } from '../hosts-table.ts';
import { constantRows, cpuTable, predictedCost } from '../on-lambda-table.ts';
import { importRows, ROWS_HEADER, ROWS_TITLE } from '../report-tables.ts';
import { floorLine } from '../terminal.ts';
import { dataTable } from './chart.ts';
import { html, type Markup } from './markup.ts';

type Facts = readonly (readonly [name: string, value: string])[];

/** The whole table: what the client measured, and what the host reported. */
export function wholeTable(summary: Summary): Markup {
  const { figures } = summary;
  const hosts = hostsRows(summary);
  const imported = importRows(summary);
  const cpu = cpuTable(summary);
  const name = ({ scenario, stack }: StackFigures) => `${scenario} ${stack}`;
  const client = figures.map((one) => [
    name(one),
    String(one.calls),
    Object.entries(one.statuses)
      .map(([status, count]) => `${count}×${status}`)
      .join(' '),
    String(one.errors),
    decimal(one.throughput?.value),
    decimal(one.p50?.value),
    range(one.p50?.interval),
    decimal(one.p90?.value),
    decimal(one.p95?.value),
    decimal(one.p99?.value),
    range(one.p99?.interval),
    decimal(one.max),
  ]);
  const host = figures.flatMap((one) =>
    one.reported === undefined ? [] : [[name(one), ...hostCells(one, summary)]],
  );
  return html`${
    hosts.length === 0
      ? undefined
      : html`<div class="sheet"><h3>${HOSTS_TITLE}</h3>
${dataTable('What each host costs', HOSTS_HEADER, hosts)}<p>${HOSTS_NOTE}</p></div>`
  }<div class="sheet"><h3>As the client measured it <small>(latency in ms)</small></h3>
${dataTable('As the client measured it', ['function', 'calls', 'answers', 'errors', 'calls/s', 'p50', '95 % interval', 'p90', 'p95', 'p99', '95 % interval', 'max'], client)}</div>
${
  imported.length === 0
    ? undefined
    : html`<div class="sheet"><h3>${ROWS_TITLE}</h3>${dataTable(ROWS_TITLE, ROWS_HEADER, imported)}</div>`
}
${
  host.length === 0
    ? undefined
    : html`<div class="sheet"><h3>As the host reported it <small>(times in ms, memory in MB, cost of a million calls in USD)</small></h3>
${dataTable('As the host reported it', ['function', 'calls', 'cold', 'init p50', 'p50', 'p95', 'p99', 'billed a call', '95 % interval', 'peak memory', 'failed', 'cost'], host)}</div>`
}
${
  cpu.rows.length === 0
    ? undefined
    : html`<div class="sheet"><h3>${cpu.title}</h3>${dataTable(cpu.title, cpu.header, cpu.rows)}<p>${cpu.note}</p></div>`
}`;
}

/** What a prediction rests on: each number with its source. */
export function constantsSheet(): Markup {
  const header = ['constant', 'what it is', 'value', 'unit', 'source'];
  return html`<div class="sheet" id="constants"><h3>Where the predicted numbers come from</h3>
<p>A call’s CPU time was measured here. Times a factor of the processor it runs in pieces, as Lambda’s share of a virtual CPU lets it; what it waits for is DynamoDB. A range goes from all low values to all high ones. docs/prediction.md derives it.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Where the predicted numbers come from"><table>
<thead><tr>${header.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${constantRows().map((row) => html`<tr>${row.map((text) => html`<td>${linked(text)}</td>`)}</tr>`)}</tbody></table></div></div>`;
}

/** A text whose addresses are links. */
function linked(text: string): Markup {
  const parts = text.split(/(https:\/\/[^\s,;:]+)/);
  return html`${parts.map((part, k) => (k % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`))}`;
}

function hostCells(one: StackFigures, summary: Summary): string[] {
  const { reported, billed, cost } = one;
  const predicted = predictedCost(summary, one);
  if (reported === undefined) return [];
  return [
    String(reported.invocations),
    String(reported.coldStarts),
    decimal(reported.initP50),
    decimal(reported.durationP50),
    decimal(reported.durationP95),
    decimal(reported.durationP99),
    decimal(billed?.value),
    range(billed?.interval),
    `${reported.maxMemoryUsedMb ?? '-'} of ${reported.memorySizeMb ?? '-'}`,
    String(reported.timeouts + reported.errors),
    cost?.total.toFixed(3) ?? (predicted === undefined ? '-' : `${range(predicted)}, predicted`),
  ];
}

/** Plan, machine, versions and stacks. */
export function factSheets(summary: Summary): Markup {
  const { plan, machine, versions, stacks } = summary;
  const known = (value: number | undefined) => value?.toFixed(2) ?? 'not available';
  const unknown = 'not told';
  const planFacts: Facts = [
    ['preset', plan.preset],
    ['stacks', `${plan.stacks.join(', ')}, ${plan.isRemote ? 'reached by URL' : 'on this machine'}`],
    ['rounds', `${plan.rounds}, in which the stacks took turns`],
    [
      'load',
      plan.model === 'open'
        ? `open, ${plan.rate}/s, ${plan.arrivals}${engineText(plan)}`
        : `${plan.model ?? 'model not told'}, ${plan.connections ?? unknown} at once${engineText(plan)}`,
    ],
    ['amount', amountText(plan)],
    ['warm-up', `${plan.warmUp} s`],
    ['cold starts', plan.cold === 0 ? 'none wanted' : `${plan.cold} of each function and stack at least`],
    ['work', workText(plan)],
    ['time-out', plan.timeout === undefined ? unknown : `${plan.timeout} s`],
  ];
  const machineFacts: Facts = [
    ...(machine === undefined
      ? ([['machine', 'not told by the imported file']] as const)
      : ([
          ['processor', `${machine.cores} cores of ${machine.cpu}`],
          ['memory', `${machine.memoryMb} MB`],
          ['kernel', machine.kernel],
          [
            'load average',
            `${known(machine.loadAverageBefore)} before, ${known(machine.loadAverageAfter)} after`,
          ],
        ] as const)),
    ['Node', versions.node ?? 'not available'],
    ...Object.entries(versions.packages),
    ['commit', `${versions.gitCommit ?? 'not available'}${versions.gitDirty ? ', with changes' : ''}`],
  ];
  const functions = stacks.flatMap(({ name, functions: all }) =>
    all.map((one) => [
      `${name} ${one.function}`,
      one.runtime,
      one.architecture,
      `${one.memorySizeMb} MB`,
      bytes(one.packageBytes),
    ]),
  );
  return html`<div class="facts">${factSheet('Plan', planFacts)}${factSheet('Machine and versions', machineFacts)}</div>
${functions.length === 0 ? undefined : html`<div class="sheet"><h3>Functions</h3>${dataTable('Functions', ['function', 'runtime', 'architecture', 'memory', 'package'], functions)}</div>`}`;
}

function workText({ m, n, herd, seed }: Summary['plan']): string {
  const told = (value: number | undefined) => value ?? 'not told';
  return `cat A(${told(m)}, ${told(n)}), ${told(herd)} sheep, seed ${told(seed)}`;
}

function factSheet(title: string, facts: Facts): Markup {
  return html`<div class="sheet"><h3>${title}</h3><dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></div>`;
}

/** How the figures came about, for who has only this file. */
export function methodText(summary: Summary): Markup {
  const { rounds } = summary.plan;
  const origin = isImported(summary)
    ? html`<p><strong>Imported.</strong> ${notVerified(summary)}: what is wrong is what its own checks found. There are ${rounds} rounds.</p>`
    : html`<p><strong>Stacks took turns.</strong> Every scenario ran in ${rounds} rounds, A B in one and B A in the next, so that a machine that warms up or gets busy favours nobody. Every answer was verified. No call was left out: a lost one counts with the time-out.</p>`;
  return html`<div class="sheet prose">
${origin}
<p><strong>Intervals.</strong> The round is the unit. A ratio is the geometric mean of the ratios of the rounds; its interval comes from Student’s t on their logarithms, widened so that the intervals of all scenarios hold together in 95 of 100 runs. Where an interval spans 1 the verdict is <em>inconclusive</em>: a difference smaller than the one named beside it as found may still be there. The interval of a stack’s median or p99 is as wide as the rounds differ, around the value of all rounds together; it needs 100 calls a round for the p99.</p>
<p><strong>Quantiles</strong> are by nearest rank over all calls of all whole rounds, from histograms that keep 1 part in 2 000. ${floorLine(summary)}</p></div>`;
}
