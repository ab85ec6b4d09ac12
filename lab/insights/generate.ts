import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { splitmix32 } from '../../bench/world/random.ts';
import { FUNCTION_NAMES } from '../reported-host.ts';

const STACKS = ['ts', 'python'];
const STREAMS = 4;

/** Writes log groups as local-lambda does, with REPORT lines only, the same each time. */
export async function writeReportLogs(folder: string, lines: number): Promise<void> {
  const next = splitmix32(7);
  const perFile = Math.ceil(lines / (STACKS.length * FUNCTION_NAMES.length * STREAMS));
  let left = lines;
  for (const stack of STACKS) {
    for (const name of FUNCTION_NAMES) {
      const day = join(folder, 'aws', 'lambda', `sheep-shed-dev-${stack}-${name}`, '2026', '11', '21');
      await mkdir(day, { recursive: true });
      for (let stream = 0; stream < STREAMS; stream++) {
        await writeStream(join(day, `[$LATEST]${hex(next, 32)}.log`), Math.min(perFile, left), next);
        left -= Math.min(perFile, left);
      }
    }
  }
}

async function writeStream(path: string, lines: number, next: () => number): Promise<void> {
  const file = await open(path, 'w');
  let time = Date.UTC(2026, 10, 21);
  let text = '';
  for (let line = 0; line < lines; line++) {
    time += next() % 50;
    text += `${new Date(time).toISOString()}\t${reportLine(next, line % 100 === 0)}\n`;
    if (text.length > 1_000_000 || line === lines - 1) {
      await file.write(text);
      text = '';
    }
  }
  await file.close();
}

/** One REPORT line; the durations follow a skewed distribution, 0.5 ms and up. */
function reportLine(next: () => number, isCold: boolean): string {
  const random = () => next() / 2 ** 32;
  const duration = 0.5 + 8 * -Math.log(1 - random());
  const init = isCold ? 60 + 100 * random() : 0;
  const id = [8, 4, 4, 4, 12].map((length) => hex(next, length)).join('-');
  const parts = [
    `REPORT RequestId: ${id}`,
    `Duration: ${duration.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(duration + init)} ms`,
    'Memory Size: 128 MB',
    `Max Memory Used: ${40 + (next() % 60)} MB`,
  ];
  if (isCold) parts.push(`Init Duration: ${init.toFixed(2)} ms`);
  return `${parts.join('\t')}\t`;
}

function hex(next: () => number, length: number): string {
  let text = '';
  while (text.length < length) text += next().toString(16).padStart(8, '0');
  return text.slice(0, length);
}
