import type { LoadResult } from '../results/load-result.ts';
import type { EngineName } from '../results/names.ts';
import type { LoadOptions } from './apply-load.ts';
import { closedLoad } from './closed-load.ts';

/**
 * Applies load in the closed model: each of N kept-alive connections sends its next request when its last is answered.
 * Requests under way when the time is over are waited for; none is ever repeated. Ends early when 100 are lost or
 * throttled.
 * @throws RangeError for options that the engine cannot follow; the reason of the signal when it aborts; what `verify`
 * throws.
 */
export type LoadEngine = (options: LoadOptions) => Promise<LoadResult>;

/** The load engine of a name. */
export async function engineOf(name: EngineName): Promise<LoadEngine> {
  if (name === 'bench') return closedLoad;
  // Whoever does not choose it need not load it.
  return (await import('./autocannon-load.ts')).autocannonLoad;
}
