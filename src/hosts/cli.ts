/** `npm run host -- container`: serves the functions on a host that is not Lambda. */
import { totalmem } from 'node:os';
import { OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { optionsOf } from './host-options.ts';
import { HOSTS, type HostName } from './hosts.ts';
import { runHost } from './run-host.ts';

const PEAK_INTERVAL_MS = 20;

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
    const constrainedMb = (process.constrainedMemory() ?? 0) / 2 ** 20;
    const host = await runHost(name, transport, line.values, {
      random: Math.random,
      clock: () => performance.now(),
      now: Date.now,
      memorySizeMb: Math.floor(
        constrainedMb > 0 ? Math.min(constrainedMb, totalmem() / 2 ** 20) : totalmem() / 2 ** 20,
      ),
      peakMb: peakReader(),
      out: (text) => process.stdout.write(`${text}\n`),
      err: (text) => process.stderr.write(`${text}\n`),
    });
    process.stdout.write(`${host.ready}\n`);
    const failure = await Promise.race([signalled(), host.failed]);
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

/** Reads the largest resident set so far, in MB; a reading takes some 20 µs, so that calls soon after share it. */
function peakReader(): () => number {
  let readAt = Number.NEGATIVE_INFINITY;
  let peakMb = 0;
  return () => {
    const now = performance.now();
    if (now - readAt >= PEAK_INTERVAL_MS) {
      readAt = now;
      peakMb = Math.ceil(process.resourceUsage().maxRSS / 1024);
    }
    return peakMb;
  };
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
