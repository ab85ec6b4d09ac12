import type { Progress } from '../progress.ts';
import type { Stack } from './stack.ts';

export async function localStack(_root: string, _progress: Progress, _signal: AbortSignal): Promise<Stack> {
  throw new Error('wait');
}
