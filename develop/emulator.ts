/** `npm run emulator`: S3, SQS and DynamoDB for `npm run local`, whose data outlives it; until Ctrl-C. */
import { announce, startOwnEmulator } from './running-emulator.ts';

const stop = new AbortController();
const signalled = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stop.abort();
      resolve();
    });
  }
});

try {
  const emulator = await startOwnEmulator((text) => process.stderr.write(`${text}\n`), stop.signal);
  const withdraw = await announce(emulator.endpoint);
  process.stdout.write(
    `${emulator.endpoint}\nnpm run local uses it; objects, messages and sheep are kept until Ctrl-C\n`,
  );
  await signalled;
  await withdraw();
  await emulator.close();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = stop.signal.aborted ? 130 : 2;
}
