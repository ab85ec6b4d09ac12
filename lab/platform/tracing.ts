import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Option } from '@sheep-shed/options';
import { decimalNumber, wholeNumber } from '@sheep-shed/options/readers';
import { renderTable } from '../../bench/reports/table.ts';
import { experiment, type Lab, takeTurns } from '../experiment.ts';
import { type Loaded, load } from '../host/load.ts';
import { prepareProject } from '../host/project.ts';
import { startLocalLambda } from '../host/servers.ts';
import { median } from '../median.ts';

const OPTIONS = {
  rounds: {
    help: 'rounds in which the two take turns',
    default: 8,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  seconds: {
    help: 'seconds of load a round, host and number of connections',
    default: 2,
    ...decimalNumber({ above: 0, to: 3600 }, 'seconds'),
  } satisfies Option<number>,
  warmUp: {
    help: 'seconds of load before, for each of them',
    default: 4,
    ...decimalNumber({ above: 0, to: 3600 }, 'seconds'),
  } satisfies Option<number>,
};
const CONNECTIONS = [1, 10];
const HEADER = ['local-lambda', 'requests/s', 'p50 µs', 'host CPU µs', 'errors'];

/** Requests a second with every trace sampled and sent to a collector, over those without. */
export const tracing = experiment(OPTIONS, async (options, lab) => {
  const project = await prepareProject(lab);
  const collector = await startCollector(lab);
  const off = await startLocalLambda('lambda', project, lab, { name: 'without' });
  const more = ['--otlp', collector.endpoint];
  const on = await startLocalLambda('lambda', project, lab, { name: 'with tracing', more });
  for (const connections of CONNECTIONS) {
    for (const server of [off, on]) await load(server, connections, options.warmUp, lab.signal);
    const before = collector.bytes();
    const found = await takeTurns([off, on], options.rounds, lab.signal, (server, round) => {
      lab.progress.step(
        `${server.name}, ${connections} connections, round ${round + 1} of ${options.rounds}`,
      );
      return load(server, connections, options.seconds, lab.signal);
    });
    const rows = [...found].map(([{ name }, loaded]) => [
      name,
      median(loaded.map((one) => one.requestsPerSecond)).toFixed(0),
      median(loaded.map((one) => one.p50Us)).toFixed(0),
      median(loaded.map((one) => one.hostCpuUs)).toFixed(0),
      String(loaded.reduce((sum, { errors }) => sum + errors, 0)),
    ]);
    lab.say(`${connections} connections:\n${renderTable(HEADER, rows)}`);
    const base = found.get(off) ?? [];
    const ratioOf = (of: (one: Loaded) => number): string => {
      const ratios = (found.get(on) ?? [])
        .map((one, i) => of(one) / of(base[i] ?? one))
        .sort((x, y) => x - y);
      return `${median(ratios).toFixed(2)} (${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)})`;
    };
    const [speed, cpu] = [ratioOf((one) => one.requestsPerSecond), ratioOf((one) => one.hostCpuUs)];
    const megabytes = ((collector.bytes() - before) / 1e6).toFixed(1);
    lab.say(
      `with tracing over without: requests/s ${speed}, host CPU ${cpu}; the collector got ${megabytes} MB\n`,
    );
  }
  for (const server of [off, on]) await server.stop();
});

/** A collector that takes spans and looks at none. */
async function startCollector({ atEnd }: Lab): Promise<{ endpoint: string; bytes(): number }> {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bytes: () => bytes };
}
