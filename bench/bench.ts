import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describeMachine } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { SCENARIO_NAMES } from './options.ts';
import type { BenchResult, ScenarioResult } from './result.ts';
import { RESULT_VERSION, writeResult } from './result.ts';
import type { BenchWorld } from './run.ts';
import { runScenario } from './run.ts';
import type { LocalStacks } from './stacks/local-stacks.ts';
import { localStacks } from './stacks/local-stacks.ts';
import { remoteStack } from './stacks/remote-stack.ts';
import type { Stack } from './stacks/stack.ts';

/** Runs a whole bench: starts or finds the stacks, measures every scenario, writes the result file. */
export async function runBench(root: string, options: BenchOptions, world: BenchWorld) {
  const { progress, signal, now } = world;
  const startedAt = new Date(now());
  const machine = await describeMachine(root);
  const { stacks, notices, close } = await openStacks(root, options, world);
  try {
    progress.line(planLine(stacks, options));
    const scenarios: ScenarioResult[] = [];
    for (const name of SCENARIO_NAMES.filter((one) => options.scenario.includes(one))) {
      scenarios.push(...(await runScenario(stacks, name, options, world)));
      signal.throwIfAborted();
    }
    const result: BenchResult = {
      version: RESULT_VERSION,
      startedAt: startedAt.toISOString(),
      finishedAt: new Date(now()).toISOString(),
      plan: options,
      machine,
      stacks: stacks.map(({ name, url, host }) => ({ name, url, functions: host?.functions ?? [] })),
      scenarios,
      warnings: [...notices, ...warningsOf(options)],
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
  { url, stack, timeout }: BenchOptions,
  world: BenchWorld,
): Promise<LocalStacks> {
  const { progress, signal } = world;
  if (url === undefined) return localStacks(root, stack, progress, signal);
  const stacks = [];
  for (const one of url) stacks.push(await remoteStack(one, timeout, signal));
  return { stacks, notices: [], close: async () => {} };
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
