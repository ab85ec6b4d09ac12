import type { ProgressOutput } from './progress.ts';

/** What a command reads and writes besides files: `process`, or what a test gives it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: ProgressOutput;
  readonly stderr: ProgressOutput;
  /** Seconds of load that tell what the bench itself adds, where a test looks at something else. */
  readonly floorSeconds?: number;
}
