import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describeMachine } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { SCENARIO_NAMES } from './options.ts';
import type { BenchResult, ScenarioResult } from './result.ts';
import { RESULT_VERSION, writeResult } from './result.ts';
import type { BenchWorld } from './run.ts';
import { runScenario } from './run.ts';
import { localStack } from './stacks/local-stack.ts';
import { remoteStack } from './stacks/remote-stack.ts';

/** Runs a whole bench: starts or finds the stack, measures every scenario, writes the result file. */
export async function runBench(root: string, options: BenchOptions, world: BenchWorld) {
  const { progress, signal, now } = world;
  const startedAt = new Date(now());
  const machine = await describeMachine(root);
  const stack =
    options.url === undefined
      ? await localStack(root, progress, signal)
      : await remoteStack(options.url, options.timeout, signal);
  try {
    const scenarios: ScenarioResult[] = [];
    for (const name of SCENARIO_NAMES.filter((one) => options.scenario.includes(one))) {
      scenarios.push(await runScenario(stack, name, options, world));
    }
    const { name, url, host } = stack;
    const result: BenchResult = {
      version: RESULT_VERSION,
      startedAt: startedAt.toISOString(),
      plan: options,
      machine,
      stacks: [{ name, url, functions: host?.functions ?? [] }],
      scenarios,
      warnings: warningsOf(options),
    };
    const path = options.out ?? join(root, 'results', `${startedAt.toISOString().replaceAll(':', '-')}.json`);
    await writeResult(path, result);
    return { result, path };
  } finally {
    await stack.close();
    progress.end();
  }
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
