import type { LambdaClient } from '@aws-sdk/client-lambda';
import { OptionError } from '@sheep-shed/options';
import { configurationOf, RESTORE_LIMIT_MS, updateConfiguration } from './lambda-update.ts';
import { sayWhy } from './say-why.ts';

/** The memory sizes of deployed functions, for as long as a run changes them. */
export interface MemorySizes {
  /**
   * Gives a function another memory size; resolves when Lambda serves with it, from new execution environments.
   * @param name its full name. @param memoryMb from 128 to 10 240.
   * @throws OptionError when the function does not exist, or credentials or permissions are missing.
   */
  set(name: string, memoryMb: number): Promise<void>;
  /** Gives all functions the sizes that they had; works when the run is interrupted too. @throws Error that says what to do. */
  restore(): Promise<void>;
}

/** @param pollSeconds between two looks whether Lambda has taken over a change. */
export function memorySizes(client: LambdaClient, pollSeconds: number, signal: AbortSignal): MemorySizes {
  /** What each changed function had, by its full name. */
  const before = new Map<string, number>();

  return {
    async set(name, memoryMb) {
      try {
        if (!before.has(name)) {
          const { MemorySize } = await configurationOf(client, name, signal);
          if (MemorySize === undefined) throw new Error('Lambda did not tell its memory size');
          // Before the request: one that is interrupted may have arrived.
          before.set(name, MemorySize);
        }
        await updateConfiguration(client, { FunctionName: name, MemorySize: memoryMb }, pollSeconds, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw new OptionError(
          `--memory ${memoryMb} must come with AWS credentials that may read and change the function ${name}: ${sayWhy(error as Error)}`,
        );
      }
    },
    async restore() {
      const failed: string[] = [];
      for (const [name, memoryMb] of before) {
        try {
          const limit = AbortSignal.timeout(RESTORE_LIMIT_MS);
          // A change that is under way refuses another one until it is taken over.
          await updateConfiguration(client, { FunctionName: name, MemorySize: memoryMb }, pollSeconds, limit);
          before.delete(name);
        } catch (error) {
          failed.push(
            `aws lambda update-function-configuration --function-name ${name} --memory-size ${memoryMb} (${sayWhy(error as Error)})`,
          );
        }
      }
      if (failed.length > 0)
        throw new Error(`functions keep another memory size; give it back: ${failed.join('; ')}`);
    },
  };
}
