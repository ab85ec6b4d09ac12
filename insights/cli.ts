import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Stripping types and compiling takes half of the time to the first row; the second run finds both done.
enableCompileCache(join(import.meta.dirname, '..', '.cache', 'compile'));
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

const erase = process.stderr.isTTY ? '\r\u001b[K' : '';
process.exitCode = await main(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(erase + text),
  progress: (text) => void (process.stderr.isTTY && process.stderr.write(erase + text)),
  input: process.stdin,
  now: Date.now,
  signal: interrupt.signal,
});
