import { BARE_REQUEST, verifyBare } from '../../bench/load/bare-exchange.ts';
import { closedLoad } from '../../bench/load/closed-load.ts';
import type { Lab } from '../experiment.ts';

const STEP = 100_000;
const MB = 2 ** 20;

/** Makes many requests in one piece of load, and tells this process' memory every 100 000 answers. */
export async function soakClient(
  url: string,
  connections: number,
  requests: number,
  { signal, say }: Lab,
): Promise<void> {
  let answers = 0;
  const startedAt = performance.now();
  say('  answers  resident MB  heap MB  seconds');
  const tell = () => {
    const { rss, heapUsed } = process.memoryUsage();
    const figures = [(rss / MB).toFixed(0).padStart(11), (heapUsed / MB).toFixed(1).padStart(7)];
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(7);
    say(`${String(answers).padStart(9)}  ${figures.join('  ')}  ${seconds}`);
  };
  tell();
  const { calls, lost, wrong, latency } = await closedLoad({
    url,
    connections,
    calls: requests,
    seconds: 0,
    timeoutSeconds: 10,
    next: () => BARE_REQUEST,
    verify(request, answer) {
      if (++answers % STEP === 0) tell();
      return verifyBare(request, answer);
    },
    onProgress: () => {},
    signal,
  });
  // Kilobytes, also on macOS.
  const peak = process.resourceUsage().maxRSS / 1024;
  say(
    `${calls} requests, ${lost} lost, ${wrong} wrong, ${latency.count} latencies; peak ${peak.toFixed(0)} MB; aimed at: under 150`,
  );
}
