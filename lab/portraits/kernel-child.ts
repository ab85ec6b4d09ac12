/** Makes one portrait in a process of its own: its time and its memory, as JSON. Arguments: the file. */
import { readFileSync } from 'node:fs';
import { sharpPortraits } from '../../src/adapters/sharp/sharp-portraits.ts';

const { make } = await sharpPortraits();
const image = readFileSync(process.argv[2] ?? '');
const beforeMb = peakMb();
const started = performance.now();
const reason = await make(image).then(
  () => undefined,
  (error: Error) => error.message,
);
const firstMs = performance.now() - started;
process.stdout.write(JSON.stringify({ firstMs, beforeMb, peakMb: peakMb(), reason }));

function peakMb(): number {
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
}
