import { cloudWatch } from '@sheep-shed/log-insights';
import type { BenchOptions } from '../plan/settle-options.ts';
import { FUNCTION_OF } from '../results/names.ts';
import type { FunctionDescription } from '../results/result.ts';
import type { BenchWorld } from '../world/world.ts';
import { cloudWatchLogs } from './cloudwatch-logs.ts';
import type { DeployedFunctions } from './lambda-functions.ts';
import type { OpenStacks } from './local-stacks.ts';
import { remoteStack } from './remote-stack.ts';
import { remoteTable } from './remote-table.ts';
import { openSigning } from './signing.ts';
import type { Stack } from './stack.ts';
import { REQUEST_LIMITS } from './table.ts';

/** CloudWatch takes in logs within seconds as a rule, sometimes within minutes. */
const CLOUDWATCH_PATIENCE = { attempts: 24, pauseMs: 10_000 };
const QUERY_LIMIT_MS = 60_000;
/** Lambda takes over a change within seconds. */
const UPDATE_POLL_SECONDS = 1;

/**
 * Stacks that somebody deployed; where their region is known with their logs, and with their tables if credentials
 * may write them; with the right to force cold starts where they were asked for.
 * @throws OptionError when nobody answers at an address, or `--cold` or `--fresh-every` lacks credentials or rights, or `--sign` credentials.
 */
export async function remoteStacks(options: BenchOptions, world: BenchWorld): Promise<OpenStacks> {
  const { url = [], region, stage, timeout, cold, freshEvery, scenario, sign } = options;
  const { signal, sleep, now } = world;
  const clients =
    region === undefined ? undefined : await awsClients(region, cold > 0 || freshEvery > 0, sleep);
  const signing = sign === undefined ? undefined : await openSigning(sign, now);
  const close = async () => {
    signing?.close();
    clients?.logs.close();
    clients?.dynamodb.destroy();
    clients?.lambda?.destroy();
  };
  try {
    const stacks: Stack[] = [];
    const notices: string[] = [];
    const described: Record<string, readonly FunctionDescription[]> = {};
    for (const one of url) {
      const place = { name: one.name, stage };
      const logs = clients && cloudWatchLogs(clients.logs, place, { ...CLOUDWATCH_PATIENCE, sleep }, signal);
      let deployed: DeployedFunctions | undefined;
      if (clients?.lambda !== undefined) {
        const { deployedFunctions } = await import('./lambda-functions.ts');
        const names = scenario.map((name) => FUNCTION_OF[name]);
        deployed = await deployedFunctions(clients.lambda, place, names, UPDATE_POLL_SECONDS, signal);
      }
      const headers = signing && { headersOf: signing.headersFor(one.url) };
      const access = { logs, cold: deployed?.cold, ...headers };
      const { stack, counted } = await remoteStack(one, access, timeout, signal);
      // The cat needs no sheep.
      if (clients === undefined || scenario.every((name) => name === 'cat')) stacks.push(stack);
      else {
        const { table, problem } = await remoteTable(clients.dynamodb, { ...place, counted }, options, world);
        if (problem !== undefined) notices.push(problem);
        else world.progress.line(`${one.name}: its table holds the herd, and nothing else, for this run`);
        stacks.push({ ...stack, table });
      }
      described[one.name] = deployed?.descriptions ?? [];
    }
    return { stacks, functionsOf: ({ name }) => described[name] ?? [], libraries: {}, notices, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The SDK takes 100 ms to load, which other runs need not wait for. */
async function awsClients(region: string, needsLambda: boolean, sleep: BenchWorld['sleep']) {
  const logs = cloudWatch(region, { timeoutMs: QUERY_LIMIT_MS, sleep });
  const settings = { region, maxAttempts: 6, requestHandler: REQUEST_LIMITS };
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const dynamodb = new DynamoDBClient(settings);
  if (!needsLambda) return { logs, dynamodb, lambda: undefined };
  const { LambdaClient } = await import('@aws-sdk/client-lambda');
  return { logs, dynamodb, lambda: new LambdaClient(settings) };
}
