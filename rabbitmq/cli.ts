/** `npm run rabbitmq`: a RabbitMQ on this machine, until it is told to stop. */
import { startRabbitmq } from './start-rabbitmq.ts';

// From the beginning: a signal during the start stops what was started.
const signalled = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
});

try {
  if (process.argv.length > 2) throw new Error(`it takes no options; got ${process.argv.slice(2).join(' ')}`);
  const broken = Promise.withResolvers<never>();
  const broker = await startRabbitmq({
    onEnd: (how) => {
      process.stderr.write(`RabbitMQ ended (${how}); it is started again with its data\n`);
      broker.restart().then(() => process.stderr.write('RabbitMQ is back\n'), broken.reject);
    },
  });
  process.stdout.write(`${broker.url}\n`);
  try {
    await Promise.race([signalled, broken.promise]);
  } finally {
    await broker.stop();
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
