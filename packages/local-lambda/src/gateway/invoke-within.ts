import type { InvocationOutcome } from '../environments/invocation.ts';

/** Waits for an invocation; undefined when it takes longer than API Gateway waits. */
export async function invokeWithin(
  invocation: Promise<InvocationOutcome>,
  timeoutMs: number,
): Promise<InvocationOutcome | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    return await Promise.race([invocation, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
