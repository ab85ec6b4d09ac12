import { join } from 'node:path';
import { startLocalLambda } from '@sheep-shed/local-lambda';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { zipSync } from 'fflate';
import { renderTable } from '../../bench/reports/table.ts';
import { experiment } from '../experiment.ts';
import { median } from '../median.ts';

const OPTIONS = {
  functions: {
    help: 'functions that are created, called once and deleted',
    default: 40,
    ...wholeNumber(1, 1_000),
  } satisfies Option<number>,
  updates: {
    help: 'updates of one function under load',
    default: 100,
    ...wholeNumber(1, 10_000),
  } satisfies Option<number>,
  rate: {
    help: 'requests a second meanwhile',
    default: 50,
    ...wholeNumber(1, 1_000),
  } satisfies Option<number>,
};
const HEADER = ['ms', 'median', 'slowest tenth', 'slowest'];
const FUNCTIONS = '2015-03-31/functions';

/** What a platform needs for a function to answer, and whether updates under load lose calls. */
export const platform = experiment(OPTIONS, async ({ functions, updates, rate }, lab) => {
  const state = join(lab.folder, 'state');
  const host = await startLocalLambda({ packageDir: [], logsDir: join(lab.folder, 'logs'), state });
  lab.atEnd(host.close);

  const send = async (method: string, path: string, body?: object): Promise<string> => {
    const response = await fetch(`${host.url}/${FUNCTIONS}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return text;
    throw new Error(`${method} ${path}: ${response.status} ${text}`);
  };
  const create = (name: string, answer: number) =>
    send('POST', '', {
      FunctionName: name,
      Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/any',
      Code: { ZipFile: zipOf(answer) },
    });
  const call = (name: string) => send('POST', `/${name}/invocations`, {});

  const created: number[] = [];
  const answered: number[] = [];
  const coldStarts: number[] = [];
  for (let i = 0; i < functions; i += 1) {
    lab.signal.throwIfAborted();
    lab.progress.step(`function ${i + 1} of ${functions}`);
    const name = `function-${i}`;
    const from = performance.now();
    await create(name, i);
    created.push(performance.now() - from);
    await call(name);
    answered.push(performance.now() - from);
    await host.dropEnvironments(name);
    const cold = performance.now();
    await call(name);
    coldStarts.push(performance.now() - cold);
    await send('DELETE', `/${name}`);
  }
  const rows = [
    rowOf('CreateFunction', created),
    rowOf('CreateFunction and the first answer', answered),
    rowOf('a cold start alone', coldStarts),
  ];
  lab.say(`${functions} functions, one after the other\n${renderTable(HEADER, rows)}\n`);

  await create('changing', 0);
  const calls: Promise<{ readonly begun: number; readonly answer: number }>[] = [];
  let done = 0;
  const timer = setInterval(() => {
    const begun = done;
    const answer = call('changing').then(Number, () => Number.NaN);
    calls.push(answer.then((version) => ({ begun, answer: version })));
  }, 1_000 / rate);
  lab.atEnd(() => clearInterval(timer));
  const updated: number[] = [];
  for (let n = 1; n <= updates; n += 1) {
    lab.signal.throwIfAborted();
    lab.progress.step(`update ${n} of ${updates}`);
    const from = performance.now();
    await send('PUT', '/changing/code', { ZipFile: zipOf(n) });
    updated.push(performance.now() - from);
    done = n;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  clearInterval(timer);
  const all = await Promise.all(calls);
  const lost = all.filter(({ answer }) => Number.isNaN(answer)).length;
  const old = all.filter(({ answer, begun }) => answer < begun).length;
  const table = renderTable(HEADER, [rowOf('UpdateFunctionCode', updated)]);
  lab.say(`${updates} updates of one function under ${rate} requests/s\n${table}`);
  lab.say(
    `${all.length} requests: ${lost} lost, ${old} answered by code that was replaced before they were sent`,
  );
});

/** Between updates, so that some calls find a warm environment and some do not. */
const PAUSE_MS = 100;

function zipOf(answer: number): string {
  const source = new TextEncoder().encode(`export const handler = async () => ${answer};`);
  return Buffer.from(zipSync({ 'index.mjs': source })).toString('base64');
}

function rowOf(what: string, ms: readonly number[]): string[] {
  const sorted = ms.toSorted((a, b) => a - b);
  const tenth = sorted[Math.floor(sorted.length * 0.9)] ?? 0;
  return [what, median(ms), tenth, sorted.at(-1) ?? 0].map((one) =>
    typeof one === 'string' ? one : one.toFixed(1),
  );
}
