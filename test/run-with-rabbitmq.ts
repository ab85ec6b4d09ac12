/** `npm run test:rabbitmq`: the tests that need RabbitMQ (`*.rabbitmq.ts`); each file starts one of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findRabbitmq, HOW_TO_GET_RABBITMQ } from '../rabbitmq/installation.ts';

const FILES = 'test/**/*.rabbitmq.ts';
// A broker that is killed ten times takes a minute and more to start again.
const OPTIONS = ['--test', '--test-concurrency=2', '--test-timeout=280000'];

if (findRabbitmq() === undefined) {
  process.stderr.write(`${HOW_TO_GET_RABBITMQ}\n`);
  process.exitCode = 2;
} else {
  const given = process.argv.slice(2);
  const words = [...OPTIONS, ...(given.length > 0 ? given : [FILES])];
  const [code] = await once(spawn(process.execPath, words, { stdio: 'inherit' }), 'exit');
  process.exitCode = code ?? 1;
}
