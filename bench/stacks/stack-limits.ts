import type { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { GetStageCommand } from '@aws-sdk/client-apigatewayv2';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { GetAccountSettingsCommand, GetFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { apiAddress } from '../plan/api-address.ts';
import type { Target } from '../plan/targets.ts';
import type { FunctionLimit, StackLimits } from '../plan/throttling.ts';
import { FUNCTION_OF, functionNameOf, type ScenarioName } from '../results/names.ts';
import { sayWhy } from './say-why.ts';

/** What was found out of the limits of a stack. */
export interface AskedLimits {
  readonly limits: StackLimits;
  /** Why some of them are not known, in words. */
  readonly unknown: readonly string[];
}

/**
 * Asks API Gateway for the throttling of a stack's stage, and Lambda for the concurrency of its functions and of the
 * account. What cannot be asked is told, and limits nothing.
 * @throws only the reason of the signal when it aborts.
 */
export async function askLimits(
  clients: { readonly lambda: LambdaClient; readonly gateway: ApiGatewayV2Client },
  target: Target,
  scenarios: readonly ScenarioName[],
  abortSignal: AbortSignal,
): Promise<AskedLimits> {
  const unknown = new Set<string>();
  const unlessRefused = <T>(asked: Promise<T>): Promise<T | undefined> =>
    asked.catch((error: Error) => {
      abortSignal.throwIfAborted();
      unknown.add(sayWhy(error));
      return undefined;
    });
  const { lambda, gateway } = clients;
  const address = apiAddress(target.url);
  if (address === undefined) unknown.add('the address is not one of an HTTP API at API Gateway');
  const [stage, account, ...reserved] = await Promise.all([
    address &&
      unlessRefused(
        gateway.send(new GetStageCommand({ ApiId: address.id, StageName: address.stage }), { abortSignal }),
      ),
    unlessRefused(lambda.send(new GetAccountSettingsCommand({}), { abortSignal })),
    ...scenarios.map((scenario) => {
      const FunctionName = functionNameOf(target.stage, target.name, FUNCTION_OF[scenario]);
      return unlessRefused(lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }), { abortSignal }));
    }),
  ]);
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = stage?.DefaultRouteSettings ?? {};
  const unreserved = account?.AccountLimit?.UnreservedConcurrentExecutions;
  const functions = new Map<ScenarioName, FunctionLimit>();
  scenarios.forEach((scenario, k) => {
    const own = reserved[k]?.ReservedConcurrentExecutions;
    const concurrency = own ?? unreserved;
    if (concurrency !== undefined) functions.set(scenario, { concurrency, isReserved: own !== undefined });
  });
  const isThrottled = rate !== undefined && burst !== undefined;
  return { limits: { stage: isThrottled ? { rate, burst } : undefined, functions }, unknown: [...unknown] };
}
