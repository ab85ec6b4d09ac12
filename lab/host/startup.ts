import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLocalLambda } from '@sheep-shed/local-lambda';
import { type Lab, takeTurns } from '../experiment.ts';
import { startReportedHost } from '../reported-host.ts';

/** Milliseconds of starts, in turns: bare Node to the end of an empty program, and init with an empty handler. */
export async function measureStartup(packageDir: string, rounds: number, { folder, signal, atEnd }: Lab) {
  const host = await startReportedHost({ packageDir, logsDir: join(folder, 'logs-startup') });
  atEnd(host.close);
  const [name = ''] = host.functions.map((one) => one.name);
  const empty = join(folder, 'empty.cjs');
  await writeFile(empty, '');
  const starts = {
    bare: async () => {
      const startedAt = performance.now();
      await once(spawn(process.execPath, [empty], { stdio: 'ignore' }), 'exit');
      return performance.now() - startedAt;
    },
    init: async () => {
      await host.dropEnvironments();
      return (await host.call(name, {})).initMs ?? Number.NaN;
    },
  };
  const found = await takeTurns([starts.bare, starts.init], rounds, signal, (start) => start());
  await host.close();
  return { bareMs: found.get(starts.bare) ?? [], initMs: found.get(starts.init) ?? [] };
}

/** Sends requests at once into an empty pool; gives the milliseconds to the last answer. */
export async function measureBurst(packageDir: string, requests: number, folder: string): Promise<number> {
  const host = await startLocalLambda({ packageDir, logsDir: join(folder, 'burst'), scaling: 'eager-reuse' });
  try {
    const startedAt = performance.now();
    const all = Array.from({ length: requests }, () => fetch(`${host.url}/hello`));
    for (const response of await Promise.all(all)) await response.arrayBuffer();
    return performance.now() - startedAt;
  } finally {
    await host.close();
  }
}
