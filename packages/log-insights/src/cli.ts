#!/usr/bin/env node
import module from 'node:module';

// Compiling (and here, stripping types) takes half of the time to the first row; the second run finds it done.
// Node 20 has no such cache.
module.enableCompileCache?.();
const { main } = await import('./main.ts');

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    const reason = new Error('interrupted');
    interrupt.abort(reason);
    process.stdin.destroy(reason);
  });
}
// A reader such as head may close the pipe early: that ends the work, and is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

let progressLines = 0;
process.exitCode = await main(process.argv.slice(2), {
  out(text) {
    eraseProgress();
    process.stdout.write(text);
  },
  error(text) {
    eraseProgress();
    process.stderr.write(text);
  },
  progress(text) {
    if (!process.stderr.isTTY) return;
    eraseProgress();
    // A line that wraps would take two lines of the screen, and the count would be wrong.
    const lines = text.split('\n').map((line) => line.slice(0, process.stderr.columns - 1));
    process.stderr.write(`${lines.join('\n')}\n`);
    progressLines = lines.length;
  },
  input: process.stdin,
  environment: process.env,
  now: Date.now,
  signal: interrupt.signal,
});

function eraseProgress(): void {
  if (progressLines > 0) process.stderr.write(`\u001b[${progressLines}A\r\u001b[J`);
  progressLines = 0;
}
