import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onEnd } from '../fixture-package.ts';

/** A platform that runs in a process of its own. */
export interface Platform {
  readonly url: string;
  /** Kills it, as `kill -9` does. */
  kill(): void;
}

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** Starts `local-lambda` with a state; resolves when it serves. */
export async function startPlatform(
  t: TestContext,
  {
    packageDir,
    state,
    logsDir,
    environment,
  }: {
    readonly packageDir: string;
    readonly state: string;
    readonly logsDir: string;
    readonly environment: Readonly<Record<string, string>>;
  },
): Promise<Platform> {
  const variables = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const folders = ['--package', packageDir, '--state', state, '--logs', logsDir];
  const others = ['--port', '0', '--watch', 'off', '--max-environments', '2'];
  const child = spawn(process.execPath, [CLI, ...folders, ...others, ...variables], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  onEnd(t, () => {
    child.kill('SIGKILL');
    return exited;
  });
  let output = '';
  for (;;) {
    const [chunk] = await Promise.race([
      once(child.stdout, 'data'),
      exited.then(() => assert.fail(`it has ended: ${output}`)),
    ]);
    output += chunk;
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, kill: () => void child.kill('SIGKILL') };
  }
}

/** An event that was answered 202. */
export interface Accepted {
  readonly n: number;
  readonly requestId: string;
}

/**
 * Sends events, eight at a time, until all are sent or the host is gone.
 * @param first number of the first one.
 * @param rate so many a second.
 */
export function acceptEvents(
  url: string,
  functionName: string,
  count: number,
  eventOf: (n: number) => object,
  first = 1,
  rate = Number.POSITIVE_INFINITY,
): { some(count: number): Promise<void>; all(): Promise<readonly Accepted[]> } {
  const accepted: Accepted[] = [];
  const progress = new EventEmitter();
  const startedMs = performance.now();
  let next = first;
  const send = async (): Promise<void> => {
    while (next < first + count) {
      const n = next;
      next += 1;
      const dueMs = startedMs + ((n - first) / rate) * 1_000;
      if (dueMs > performance.now()) await setTimeout(dueMs - performance.now());
      const response = await fetch(`${url}/2015-03-31/functions/${functionName}/invocations`, {
        method: 'POST',
        headers: { 'x-amz-invocation-type': 'Event' },
        body: JSON.stringify(eventOf(n)),
      }).catch(() => undefined);
      if (response === undefined) return;
      if (response.status === 202) {
        accepted.push({ n, requestId: response.headers.get('x-amzn-requestid') ?? '' });
        progress.emit('accepted');
      }
    }
  };
  const all = Promise.all(Array.from({ length: 8 }, send));
  return {
    some: async (wanted) => {
      while (accepted.length < wanted) await once(progress, 'accepted');
    },
    all: async () => {
      await all;
      return accepted;
    },
  };
}
