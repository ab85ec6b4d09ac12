import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { makeHerd } from './herd.ts';
import { describeMachine, describeVersions, loadAverage } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { SCENARIO_NAMES } from './options.ts';
import type { MeasuredScenario } from './reported.ts';
import { withReports } from './reported.ts';
import type { BenchResult, Plan } from './result.ts';
import { RESULT_KIND, RESULT_VERSION } from './result.ts';
import { writeResult } from './result-file.ts';
import type { BenchWorld } from './run.ts';
import { runScenario } from './run.ts';
import { cloudWatchLogs } from './stacks/cloudwatch-logs.ts';
import type { LocalStacks } from './stacks/local-stacks.ts';
import { localStacks } from './stacks/local-stacks.ts';
import { remoteStack } from './stacks/remote-stack.ts';
import type { Stack } from './stacks/stack.ts';

/** CloudWatch takes in logs within seconds as a rule, sometimes within minutes. */
const CLOUDWATCH_PATIENCE = { attempts: 24, pauseMs: 10_000, pollIntervalMs: 500, queryLimitMs: 60_000 };
const WAITING = 'asking CloudWatch until it has taken in all REPORT lines; Ctrl-C ends the wait';

/** Runs a whole bench: starts or finds the stacks, measures every scenario, writes the result file. */
export async function runBench(root: string, options: BenchOptions, world: BenchWorld) {
  const { progress, signal, now } = world;
  const startedAt = new Date(now());
  const machine = describeMachine();
  const versions = await describeVersions(root);
  const { stacks, notices, close } = await openStacks(root, options, world);
  try {
    progress.line(planLine(stacks, options));
    const herd = makeHerd(options.herd, options.seed);
    const measured: MeasuredScenario[] = [];
    for (const name of SCENARIO_NAMES.filter((one) => options.scenario.includes(one))) {
      measured.push(...(await runScenario(stacks, name, herd, options, world)));
      signal.throwIfAborted();
    }
    const finishedAt = new Date(now());
    if (options.region !== undefined) progress.step(WAITING);
    const { scenarios, warnings } = await withReports(measured);
    const result: BenchResult = {
      kind: RESULT_KIND,
      version: RESULT_VERSION,
      isComplete: true,
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt.toISOString(),
      plan: planOf(stacks, options),
      machine: { ...machine, loadAverageAfter: loadAverage() },
      versions,
      floor: undefined,
      stacks: stacks.map(({ name, url, host }) => ({ name, url, functions: host?.functions ?? [] })),
      scenarios,
      coldStarts: [],
      rateCurves: [],
      warnings: [...notices, ...warningsOf(options), ...warnings],
    };
    const path = options.out ?? join(root, 'results', `${startedAt.toISOString().replaceAll(':', '-')}.json`);
    await writeResult(path, result);
    return { result, path };
  } finally {
    await close();
    progress.end();
  }
}

async function openStacks(
  root: string,
  { url, stack, region, stage, timeout }: BenchOptions,
  world: BenchWorld,
): Promise<LocalStacks> {
  const { progress, signal } = world;
  if (url === undefined) return localStacks(root, stack, progress, signal);
  const client = region === undefined ? undefined : await cloudWatchClient(region);
  const patience = { ...CLOUDWATCH_PATIENCE, sleep: world.sleep };
  try {
    const stacks = [];
    for (const one of url) {
      const logs = client && cloudWatchLogs(client, { name: one.name, stage }, patience, signal);
      stacks.push(await remoteStack(one, logs, timeout, signal));
    }
    return { stacks, notices: [], close: async () => client?.destroy() };
  } catch (error) {
    client?.destroy();
    throw error;
  }
}

async function cloudWatchClient(region: string) {
  // The SDK takes 100 ms to load, which other runs need not wait for.
  const { createCloudWatchClient } = await import('../insights/cloudwatch/client.ts');
  return createCloudWatchClient(region);
}

function planOf(stacks: readonly Stack[], options: BenchOptions): Plan {
  const { scenario, rounds, calls, duration, connections, m, n, herd, seed, timeout, region, stage } =
    options;
  return {
    preset: 'default',
    stacks: stacks.map(({ name }) => name),
    scenarios: scenario,
    isRemote: options.url !== undefined,
    rounds,
    calls,
    duration,
    warmUp: 0,
    connections,
    model: 'closed',
    rate: undefined,
    arrivals: undefined,
    rateSteps: undefined,
    objective: undefined,
    cold: 0,
    m,
    n,
    herd,
    seed,
    timeout,
    region,
    stage,
  };
}

function planLine(
  stacks: readonly Stack[],
  { scenario, rounds, calls, duration, connections, herd }: BenchOptions,
) {
  const amount = calls === undefined ? `${duration} s` : `${calls} calls`;
  const names = stacks.map(({ name }) => name).join(' and ');
  return `${scenario.join(', ')} on ${names}: ${amount} each in ${rounds} rounds, ${connections} at once, ${herd} sheep`;
}

function warningsOf({ url, connections }: BenchOptions): string[] {
  const cores = availableParallelism();
  if (url !== undefined) {
    return [
      'the functions drew the weights themselves, so that herds differ from run to run and stack to stack',
    ];
  }
  return connections > cores
    ? [
        `${connections} connections on ${cores} cores: execution environments wait for each other, which they do not on Lambda`,
      ]
    : [];
}
