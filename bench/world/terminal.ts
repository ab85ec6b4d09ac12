import type { ProgressOutput } from './progress.ts';
import type { BenchWorld } from './world.ts';

/** What a command reads and writes besides files: `process`, or what a test gives it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: ProgressOutput;
  readonly stderr: ProgressOutput;
  /** What a test replaces of the world, where it looks at something else than the waits and the floor. */
  readonly world?: Partial<Pick<BenchWorld, 'floorSeconds' | 'sleep'>>;
}
