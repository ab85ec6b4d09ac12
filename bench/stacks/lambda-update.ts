import type { LambdaClient, UpdateFunctionConfigurationCommandInput } from '@aws-sdk/client-lambda';
import {
  GetFunctionConfigurationCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdated,
} from '@aws-sdk/client-lambda';

/** Longest wait until Lambda has taken over a change. */
const UPDATE_LIMIT_SECONDS = 120;
/** Longest time for undoing the changes of one function. */
export const RESTORE_LIMIT_MS = 60_000;

/** Reads the configuration of a function of AWS. @param name its full name. */
export function configurationOf(client: LambdaClient, name: string, abortSignal: AbortSignal) {
  return client.send(new GetFunctionConfigurationCommand({ FunctionName: name }), { abortSignal });
}

/** Changes the configuration of a function, and resolves when Lambda has taken it over. @param pollSeconds between two looks. */
export async function updateConfiguration(
  client: LambdaClient,
  change: UpdateFunctionConfigurationCommandInput,
  pollSeconds: number,
  abortSignal: AbortSignal,
): Promise<void> {
  await client.send(new UpdateFunctionConfigurationCommand(change), { abortSignal });
  const patience = {
    client,
    maxWaitTime: UPDATE_LIMIT_SECONDS,
    minDelay: pollSeconds,
    maxDelay: pollSeconds,
  };
  await waitUntilFunctionUpdated({ ...patience, abortSignal }, { FunctionName: change.FunctionName });
}
