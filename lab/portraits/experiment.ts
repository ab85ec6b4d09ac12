import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { renderTable } from '../../bench/reports/table.ts';
import { uploadPortrait } from '../../bench/stacks/portrait-upload.ts';
import { quantileOf } from '../../bench/statistics/quantile.ts';
import { REGION } from '../../rehearsal/emulator.ts';
import { manyHostileImages } from '../../test/adapters/sharp/hostile-images.ts';
import { sampleImages } from '../../test/adapters/sharp/sample-images.ts';
import { addSheep, type PortraitStack, startPortraits } from '../../test/portraits/portrait-stack.ts';
import { startTestEmulator } from '../../test/with-emulator.ts';
import { experiment, type Lab } from '../experiment.ts';

const CHILD = join(import.meta.dirname, 'kernel-child.ts');
const OPTIONS = {
  hostile: { help: 'hostile files', default: 1000, ...wholeNumber(0, 100_000) } satisfies Option<number>,
  colds: {
    help: 'cold starts of each function',
    default: 10,
    ...wholeNumber(1, 1000),
  } satisfies Option<number>,
};

const HOSTILE_LIMIT_MS = 300_000;
const AT_ONCE = 4;
const CHILD_LIMIT_MS = 60_000;

/**
 * Portraits: time and memory by image, init, and hostile files through queue and function. From upload to visible the
 * bench measures: `npm run bench -- --scenario portrait`.
 */
export const portraits = experiment(OPTIONS, async ({ hostile, colds }, lab) => {
  await sizes(lab);
  const emulator = await startTestEmulator();
  lab.atEnd(emulator.close);
  const key = { accessKeyId: 'test', secretAccessKey: 'test' };
  const stack = await startPortraits({ endpoint: emulator.endpoint, region: REGION, credentials: () => key });
  lab.atEnd(stack.close);
  await inits(stack, colds, lab);
  if (hostile > 0) await hostileFiles(stack, hostile, lab);
});

async function sizes({ folder, say, signal }: Lab): Promise<void> {
  const rows: string[][] = [];
  for (const { name, bytes } of await sampleImages()) {
    signal.throwIfAborted();
    const file = join(folder, 'image');
    await writeFile(file, bytes);
    const settings = { timeout: CHILD_LIMIT_MS, env: { PATH: process.env['PATH'] } };
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD, file], settings);
    const { firstMs, beforeMb, peakMb, reason } = JSON.parse(stdout);
    const more = peakMb - beforeMb;
    rows.push([
      name,
      (bytes.length / 1e6).toFixed(1),
      firstMs.toFixed(0),
      more.toFixed(0),
      peakMb.toFixed(0),
      reason ?? '',
    ]);
  }
  say(
    renderTable(
      ['image', 'MB', 'first, ms', 'memory for it, MB', 'of the process, MB', 'refused since'],
      rows,
    ),
  );
}

async function inits({ host, logLines }: PortraitStack, colds: number, { say, signal }: Lab): Promise<void> {
  const rows: string[][] = [];
  const bare: number[] = [];
  for (let i = 0; i < colds; i++) {
    const started = performance.now();
    execFileSync(process.execPath, ['-e', '']);
    bare.push(performance.now() - started);
  }
  rows.push(['bare Node, started and ended', ms(quantileOf(bare, 0.5)), '']);
  for (const [end, event] of [
    ['get-cat', { queryStringParameters: { m: '1', n: '1' } }],
    ['make-portrait', { Event: 's3:TestEvent' }],
  ] as const) {
    const { name = '' } = host.functions.find((one) => one.name.endsWith(end)) ?? {};
    const found: number[] = [];
    for (let i = 0; i < colds; i++) {
      signal.throwIfAborted();
      await host.dropEnvironments(name);
      const from = logLines.length;
      await host.invoke(name, event);
      await host.flushLogs();
      const report = logLines.slice(from).find((line) => line.startsWith('REPORT')) ?? '';
      found.push(Number(/Init Duration: ([\d.]+)/.exec(report)?.[1]));
    }
    rows.push([`init of ${end}`, ms(quantileOf(found, 0.5)), ms(quantileOf(found, 0.99))]);
  }
  say(renderTable(['start', 'p50, ms', 'p99, ms'], rows));
}

async function hostileFiles(stack: PortraitStack, count: number, lab: Lab): Promise<void> {
  const { url, logLines } = stack;
  const files = await manyHostileImages(count, randomOf(1));
  const from = logLines.length;
  const before = (await stack.keys('portraits/')).length;
  const started = performance.now();
  let next = 0;
  let stopped = 0;
  const send = async () => {
    for (let i = next++; i < files.length; i = next++) {
      lab.signal.throwIfAborted();
      const tattoo = 1000 + i;
      await addSheep(url, tattoo);
      // Some break the connection when they have told that the file is too large.
      const { status } = await uploadPortrait(url, tattoo, files[i]?.bytes ?? new Uint8Array()).catch(() => ({
        status: 400,
      }));
      if (status !== 204) stopped++;
      lab.progress.step(`hostile file ${i + 1} of ${files.length}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, send));
  let waiting = await stack.keys('uploads/');
  while (waiting.length > 0 && performance.now() - started < HOSTILE_LIMIT_MS) {
    await sleep(500);
    waiting = await stack.keys('uploads/');
  }
  const seconds = (performance.now() - started) / 1000;
  let letters = 0;
  let withReason = 0;
  for (let found = await stack.deadLetters(); found.length > 0; found = await stack.deadLetters()) {
    letters += found.length;
    withReason += found.filter(({ reason }) => reason !== '').length;
  }
  const portraits = (await stack.keys('portraits/')).length - before;
  const reports = logLines
    .slice(from)
    .filter((line) => line.startsWith('REPORT') && line.includes('Memory Size: 512'));
  const peak = Math.max(...reports.map((line) => Number(/Max Memory Used: (\d+)/.exec(line)?.[1])));
  const longest = Math.max(...reports.map((line) => Number(/Duration: ([\d.]+)/.exec(line)?.[1])));
  const ended = logLines
    .slice(from)
    .filter((line) => /Runtime\.|Task timed out|Status: error/.test(line)).length;
  const alive = (await fetch(`${url}/gallery`)).status === 200 ? 'yes' : 'no';
  lab.say(
    renderTable(
      ['hostile files', ''],
      [
        ['uploaded', String(files.length)],
        ['refused by the storage: empty, or above 10 MB', String(stopped)],
        ['portraits, of files that can be decoded after all', String(portraits)],
        ['dead letters', String(letters)],
        ['of them with a reason', String(withReason)],
        ['never dealt with', String(waiting.length)],
        ['environments that ended or timed out', String(ended)],
        ['most memory of an environment, of 512 MB', `${peak} MB`],
        ['longest call', `${longest.toFixed(0)} ms`],
        ['whole time', `${seconds.toFixed(0)} s`],
        ['gallery answers afterwards', alive],
      ],
    ),
  );
}

function ms(value = Number.NaN): string {
  return value.toFixed(0);
}

/** The same numbers each time, so that the same files are tried (a linear congruential generator). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
