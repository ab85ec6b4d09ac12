/** `npm run test:queues`: the tests that need S3 or SQS (`*.queues.ts`), on one emulator for all of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startTestEmulator } from './with-emulator.ts';

const FILES = '{packages/*,.}/test/**/*.queues.ts';
const OPTIONS = ['--test', '--test-concurrency=2', '--test-timeout=240000'];

const given = process.argv.slice(2);
const { endpoint, close } = await startTestEmulator();
try {
  const child = spawn(process.execPath, [...OPTIONS, ...(given.length > 0 ? given : [FILES])], {
    stdio: 'inherit',
    env: { ...process.env, SHEEP_SHED_EMULATOR: endpoint },
  });
  const [code] = await once(child, 'exit');
  process.exitCode = code ?? 1;
} finally {
  await close();
}
