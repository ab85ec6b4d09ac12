import { OptionError } from '@sheep-shed/options';
import type { NamedUrl } from '../plan/named-targets.ts';
import { askDog } from './ask.ts';
import type { Stack } from './stack.ts';

/**
 * A stack that somebody deployed, reached over HTTP, and by its logs where the bench was told their region.
 * @returns with it the sheep that its dog counts.
 * @throws OptionError when nobody answers there, or somebody who counts no sheep.
 */
export async function remoteStack(
  { name, url }: NamedUrl,
  access: Pick<Stack, 'logs' | 'cold' | 'headersOf'>,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<{ readonly stack: Stack; readonly counted: number }> {
  const { headersOf } = access;
  const counted = await askDog({ url, ...(headersOf && { headersOf }) }, timeoutSeconds, signal).catch(
    (error: Error) => {
      signal.throwIfAborted();
      throw new OptionError(
        `--url of ${name} must be the address of a deployed shed; got "${url}": ${error.message}`,
      );
    },
  );
  return { stack: { name, url, table: undefined, host: undefined, ...access }, counted };
}
