import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 500;
const LONGEST_MS = 20_000;

/**
 * Waits before a repetition: a random time whose upper bound doubles with each failure, from half a second to 20 s.
 * @param failures in succession, at least 1.
 * @param random from 0 to below 1.
 * @param signal ends the wait; it never rejects.
 */
export async function backOff(failures: number, random: () => number, signal: AbortSignal): Promise<void> {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  await sleep(bound * (0.5 + random() / 2), undefined, { signal }).catch(() => undefined);
}

/** Work that is repeated until it has succeeded. */
export interface Repeated {
  /** Resolves after the first attempt, whatever came of it. */
  readonly tried: Promise<unknown>;
  stop(): Promise<void>;
  ended(): Promise<void>;
}

/** Does something until it succeeds, with a notice of the first failure. */
export function untilDone(
  work: (signal: AbortSignal) => Promise<unknown>,
  {
    name,
    onNotice,
    random,
  }: {
    readonly name: string;
    readonly onNotice: (message: string) => void;
    readonly random: () => number;
  },
): Repeated {
  const stopping = new AbortController();
  const { signal } = stopping;
  const attempt = (): Promise<Error | undefined> =>
    work(signal).then(
      () => undefined,
      (error: Error) => error,
    );
  const tried = attempt();
  const running = tried.then(async (first) => {
    if (first !== undefined && !signal.aborted) onNotice(`${name}: ${first.message}; it is tried again`);
    let failure = first;
    for (let failures = 1; failure !== undefined && !signal.aborted; failures += 1) {
      await backOff(failures, random, signal);
      failure = signal.aborted ? undefined : await attempt();
    }
  });
  return {
    tried,
    stop: async () => {
      stopping.abort();
      await running;
    },
    ended: () => running,
  };
}
