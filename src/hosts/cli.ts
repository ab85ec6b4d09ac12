/** `npm run host -- container`: serves the functions on a host that is not Lambda. */
import { totalmem } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { optionsOf } from './host-options.ts';
import { HOSTS, type HostName } from './hosts.ts';
import { runHost } from './run-host.ts';

process.exitCode = await main(process.argv.slice(2));

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  try {
    if (!isHost(name)) {
      throw new OptionError(`host must be ${Object.keys(HOSTS).join(' or ')}; got ${JSON.stringify(name)}`);
    }
    const transport = await HOSTS[name]();
    const { options, summary } = transport;
    const usage = (text: string) => `npm run host -- ${name} [options]\n${summary}\n\n${text}\n`;
    const line = readCommand({ options: optionsOf(options), usage }, args, process.env);
    if (line.kind === 'show') {
      process.stdout.write(line.text);
      return 0;
    }
    if (line.words.length > 0) throw new OptionError(`unexpected word ${JSON.stringify(line.words[0])}`);
    // The one that is watched has a channel to the one that watches.
    if (line.values.watch && process.send === undefined) {
      await watchHost([name, ...args]);
      return 0;
    }
    const constrainedMb = (process.constrainedMemory() ?? 0) / 2 ** 20;
    const host = await runHost(name, transport, line.values, {
      random: Math.random,
      clock: () => performance.now(),
      now: Date.now,
      memorySizeMb: Math.floor(
        constrainedMb > 0 ? Math.min(constrainedMb, totalmem() / 2 ** 20) : totalmem() / 2 ** 20,
      ),
      peakMb: () => Math.ceil(process.resourceUsage().maxRSS / 1024),
      out: (text) => process.stdout.write(`${text}\n`),
      err: (text) => process.stderr.write(`${text}\n`),
    });
    process.stdout.write(`${host.ready}\n`);
    const failure = await Promise.race([signalled(), watcherSaysStop(), host.failed]);
    if (failure !== undefined) process.stderr.write(`The host cannot go on: ${failure.message}\n`);
    process.stdout.write('Stopping: what is under way may end\n');
    const forced = signalled().then(() => process.exit(1));
    await Promise.race([host.stop(), forced]);
    process.exit(failure === undefined ? 0 : 1);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

function isHost(name: string): name is HostName {
  return Object.hasOwn(HOSTS, name);
}

async function watchHost(args: readonly string[]): Promise<void> {
  const { runWatched } = await import('./watch.ts');
  const stopped = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopped.abort());
  await runWatched({
    program: process.argv[1] ?? '',
    args,
    folders: [
      dirname(import.meta.dirname),
      dirname(fileURLToPath(import.meta.resolve('@sheep-shed/options'))),
    ],
    signal: stopped.signal,
    say: (text) => process.stdout.write(`${text}\n`),
  });
}

/** Resolves when the process that watches says so, or is gone; never where none watches. */
function watcherSaysStop(): Promise<void> {
  if (process.send === undefined) return new Promise(() => undefined);
  return new Promise((resolve) => {
    // The bench asks its hosts other things over the same channel.
    process.on('message', (message) => message === 'stop' && resolve());
    process.once('disconnect', () => resolve());
  });
}

/** Resolves with the next signal to stop. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
