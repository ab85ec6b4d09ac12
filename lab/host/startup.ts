import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalLambda } from '@sheep-shed/local-lambda';
import { median } from './load.ts';

/** Median times of starts in milliseconds, measured in turn. */
export interface StartupResult {
  /** Bare Node from `spawn` to its end, with an empty program. */
  readonly bareMs: number;
  /** Init of an environment with an empty handler, as its REPORT line says. */
  readonly initMs: number;
}

/** Measures init over a bare Node's start, in turn. */
export async function measureStartup(packageDir: string, rounds: number): Promise<StartupResult> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-host-'));
  const host = await startLocalLambda({ packageDir, logsDir: join(folder, 'logs') });
  const name = host.functions[0]?.name ?? '';
  const empty = join(folder, 'empty.cjs');
  await writeFile(empty, '');
  const bare: number[] = [];
  try {
    for (let i = 0; i < rounds; i += 1) {
      bare.push(await bareStart(empty));
      await host.invoke(name, {});
      await host.dropEnvironments();
    }
    await host.flushLogs();
    return { bareMs: median(bare), initMs: median(await initTimes(join(folder, 'logs'))) };
  } finally {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Sends requests at once into an empty pool; resolves with the milliseconds to the last answer. */
export async function measureBurst(packageDir: string, requests: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-host-'));
  const host = await startLocalLambda({ packageDir, logsDir: folder, scaling: 'eager-reuse' });
  try {
    const start = performance.now();
    const all = Array.from({ length: requests }, () => fetch(`${host.url}/hello`));
    for (const response of await Promise.all(all)) await response.arrayBuffer();
    return performance.now() - start;
  } finally {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function bareStart(program: string): Promise<number> {
  return new Promise((resolve) => {
    const start = performance.now();
    spawn(process.execPath, [program], { stdio: 'ignore' }).once('exit', () =>
      resolve(performance.now() - start),
    );
  });
}

async function initTimes(logs: string): Promise<number[]> {
  const files = (await readdir(logs, { recursive: true })).filter((name) => name.endsWith('.log'));
  const texts = await Promise.all(files.map((file) => readFile(join(logs, file), 'utf8')));
  return texts.flatMap((text) =>
    [...text.matchAll(/Init Duration: ([\d.]+) ms/g)].map((found) => Number(found[1])),
  );
}
