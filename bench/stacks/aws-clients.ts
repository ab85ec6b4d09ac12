import type { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { cloudWatch } from '@sheep-shed/log-insights';
import type { BenchWorld } from '../world/world.ts';
import { REQUEST_LIMITS } from './table.ts';

const QUERY_LIMIT_MS = 60_000;

/** The services of one region. */
export interface AwsClients {
  readonly logs: ReturnType<typeof cloudWatch>;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly gateway: ApiGatewayV2Client;
  close(): void;
}

/** Opens the services of a region; nothing is sent before they are asked. */
export async function openAws(region: string, { sleep }: Pick<BenchWorld, 'sleep'>): Promise<AwsClients> {
  // The SDK takes some 100 ms to load, which other runs need not wait for.
  const [{ DynamoDBClient }, { LambdaClient }, { ApiGatewayV2Client }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/client-lambda'),
    import('@aws-sdk/client-apigatewayv2'),
  ]);
  const settings = { region, maxAttempts: 6, requestHandler: REQUEST_LIMITS };
  const logs = cloudWatch(region, { timeoutMs: QUERY_LIMIT_MS, sleep });
  const dynamodb = new DynamoDBClient(settings);
  const lambda = new LambdaClient(settings);
  const gateway = new ApiGatewayV2Client(settings);
  return {
    logs,
    dynamodb,
    lambda,
    gateway,
    close() {
      logs.close();
      for (const client of [dynamodb, lambda, gateway]) client.destroy();
    },
  };
}
