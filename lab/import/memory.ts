/** A process of its own: imports a file that is made as it is read, and prints how its memory grows as JSON. */
import { csvRows } from '../../src/adapters/csv/csv-rows.ts';
import type { FlockContext, Flocks } from '../../src/domain/flock.ts';
import type { Objects } from '../../src/domain/objects.ts';
import { run } from '../../src/functions/import-flock/run.ts';

const rows = Number(process.argv[2]);
const MB = 1024 * 1024;
const SAMPLES = 10;
const PIECE = 65_536;

// What a deployed function has in memory besides.
await import('../../src/functions/flock.ts');

async function* file(): AsyncGenerator<Uint8Array> {
  let text = 'tattoo,weight,unit\r\n';
  for (let i = 0; i < rows; i++) {
    text += `${i},${(80 + (i % 80)).toFixed(3)},kg\r\n`;
    if (text.length < PIECE) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

const head = { size: 0, etag: 'e', contentType: undefined, metadata: {} };
const objects = {
  head: async ({ key }) => (key === 'x' ? head : undefined),
  get: async () => ({ ...head, body: file() }),
} as Partial<Objects> as Objects;

const residentMb: number[] = [];
let added = 0;
const flocks: Flocks = {
  progress: async () => ({}),
  // Answers in its turn, as a connection does.
  addChunk: async (_file, { sheep }) => {
    await new Promise(setImmediate);
    added += sheep.length;
    if (added >= (residentMb.length + 1) * (rows / SAMPLES)) residentMb.push(process.memoryUsage.rss() / MB);
    return 'added';
  },
  advance: async () => undefined,
  finish: async () => undefined,
  receipts: async function* () {
    yield [{ added, refused: 0, bad: [] }];
  },
};
const queue = { send: async () => Promise.reject(new Error('nothing is sent')) };
const context: FlockContext = {
  requestId: 'r',
  correlationId: 'r',
  log: { warn: () => undefined, error: () => undefined },
  random: Math.random,
  remainingTimeMs: () => 900_000,
  flock: { objects, flocks, readRows: csvRows, queue, deadLetters: queue },
  csvDelimiter: ',',
  chunksAtOnce: 8,
};
const from = performance.now();
await run({ bucket: 'b', key: 'x' }, context);
const seconds = (performance.now() - from) / 1000;
if (added !== rows) throw new Error(`${added} of ${rows} rows were added`);
const peakMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ seconds, residentMb, peakMb }));
