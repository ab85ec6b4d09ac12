import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

const FUNCTIONS = ['post-sheep', 'get-dog', 'get-cat', 'delete-wolf'];
const STACKS = ['ts', 'python'];
const STREAMS = 4;

/**
 * Writes log groups as local-lambda does, with REPORT lines only, and returns the paths of their files; the same seed
 * gives the same bytes.
 */
export async function writeReportLogs(folder: string, lines: number): Promise<readonly string[]> {
  const random = generator(7);
  const paths: string[] = [];
  const perFile = Math.ceil(lines / (STACKS.length * FUNCTIONS.length * STREAMS));
  let left = lines;
  for (const stack of STACKS) {
    for (const name of FUNCTIONS) {
      const day = join(folder, 'aws', 'lambda', `sheep-shed-dev-${stack}-${name}`, '2026', '11', '21');
      await mkdir(day, { recursive: true });
      for (let stream = 0; stream < STREAMS; stream++) {
        const path = join(day, `[$LATEST]${hex(random, 32)}.log`);
        await writeStream(path, Math.min(perFile, left), random);
        left -= Math.min(perFile, left);
        paths.push(path);
      }
    }
  }
  return paths;
}

async function writeStream(path: string, lines: number, random: () => number): Promise<void> {
  const file = await open(path, 'w');
  let time = Date.UTC(2026, 10, 21);
  let text = '';
  for (let line = 0; line < lines; line++) {
    time += Math.floor(random() * 50);
    text += `${new Date(time).toISOString()}\t${reportLine(random, line % 100 === 0)}\n`;
    if (text.length > 1_000_000 || line === lines - 1) {
      await file.write(text);
      text = '';
    }
  }
  await file.close();
}

/** Writes one REPORT line; the durations follow a skewed distribution, 0.5 ms and up. */
export function reportLine(random: () => number, cold: boolean): string {
  const duration = 0.5 + 8 * -Math.log(1 - random());
  const init = cold ? 60 + 100 * random() : 0;
  const id = [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-');
  const parts = [
    `REPORT RequestId: ${id}`,
    `Duration: ${duration.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(duration + init)} ms`,
    'Memory Size: 128 MB',
    `Max Memory Used: ${Math.floor(40 + 60 * random())} MB`,
  ];
  if (cold) parts.push(`Init Duration: ${init.toFixed(2)} ms`);
  return `${parts.join('\t')}\t`;
}

/** Makes a generator of numbers in [0, 1): mulberry32, the same on every machine. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function hex(random: () => number, length: number): string {
  let text = '';
  while (text.length < length)
    text += Math.floor(random() * 4_294_967_296)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, length);
}
