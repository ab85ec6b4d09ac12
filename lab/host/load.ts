import autocannon from 'autocannon';
import { median } from '../median.ts';
import { cpuTimeUs, ownCpuTimeUs } from './process-figures.ts';
import type { Server } from './servers.ts';

/** What one run of load against one server gave, and what a request cost. */
export interface Loaded {
  readonly requestsPerSecond: number;
  /** Median client latency in microseconds. */
  readonly p50Us: number;
  /** Answers other than 200, and failed connections. */
  readonly errors: number;
  /** CPU time that a request took of the server with its children, and of this process, in microseconds. */
  readonly serverCpuUs: number;
  /** … of the server's process alone. */
  readonly hostCpuUs: number;
  readonly clientCpuUs: number;
}

/** Sends requests over kept-alive connections for some seconds, by a client that is neither host's own. */
export async function load(
  { url, pid }: Server,
  connections: number,
  seconds: number,
  signal: AbortSignal,
): Promise<Loaded> {
  const serverBefore = cpuTimeUs(pid);
  const hostBefore = ownCpuTimeUs(pid);
  const clientBefore = process.cpuUsage();
  const latenciesMs: number[] = [];
  let others = 0;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon({ url, connections, duration: seconds }, (error, finished) =>
      error ? reject(error) : resolve(finished),
    );
    signal.addEventListener('abort', () => instance.stop(), { once: true });
    instance.on('response', (_client, status, _bytes, ms) => {
      if (status === 200) latenciesMs.push(ms);
      else others += 1;
    });
  });
  const { user, system } = process.cpuUsage(clientBefore);
  return {
    requestsPerSecond: latenciesMs.length / result.duration,
    p50Us: median(latenciesMs) * 1000,
    errors: others + result.errors + result.timeouts,
    serverCpuUs: (cpuTimeUs(pid) - serverBefore) / latenciesMs.length,
    hostCpuUs: (ownCpuTimeUs(pid) - hostBefore) / latenciesMs.length,
    clientCpuUs: (user + system) / latenciesMs.length,
  };
}
