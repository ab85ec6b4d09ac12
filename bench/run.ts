import { makeHerd } from './herd.ts';
import { closedLoad } from './load/closed-load.ts';
import type { BenchOptions, ScenarioName } from './options.ts';
import type { Progress } from './progress.ts';
import type { ScenarioResult } from './result.ts';
import { catScenario } from './scenarios/cat.ts';
import { dogScenario } from './scenarios/dog.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { sheepScenario } from './scenarios/sheep.ts';
import { wolfScenario } from './scenarios/wolf.ts';
import { FOLLOWED_RAIDS, wrongLeftovers } from './scenarios/wolf-proof.ts';
import { ask, askDog } from './stacks/ask.ts';
import type { Stack } from './stacks/stack.ts';

/** What the measuring needs from the world. */
export interface BenchWorld {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Gives a tattoo that is in no shed, each time another. */
  readonly nextTattoo: () => bigint;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Measures one scenario on one stack: loads the herd, applies the load, balances the sheep, reads the REPORTs. */
export async function runScenario(
  stack: Stack,
  name: ScenarioName,
  options: BenchOptions,
  world: BenchWorld,
): Promise<ScenarioResult> {
  const { signal, progress, now } = world;
  const { url, table, host } = stack;
  const scenario = scenarioOf(name, options, world);
  const count = () => askDog(url, options.timeout, signal);
  const violations: string[] = [];

  const herd = makeHerd(options.herd, options.seed);
  progress.step(`${name}: loading ${options.herd} sheep`);
  const fromBench = name === 'cat' ? undefined : table;
  await fromBench?.load(herd.sheep);
  let raids = 0;
  if (fromBench !== undefined && name === 'wolf') {
    for (; raids < Math.min(FOLLOWED_RAIDS, herd.primes.length); raids++) {
      await ask(url, 'DELETE', '/wolf', options.timeout, signal);
      push(violations, wrongLeftovers(herd, raids + 1, await fromBench.read()));
    }
  }
  if (table === undefined && name !== 'cat') await fillOverHttp(stack, options, world);
  // A cat needs no sheep: its account stays empty.
  const before = name === 'cat' ? 0 : await count();
  const primes = fromBench === undefined ? undefined : herd.primes.length - raids;
  const pass = scenario.begin({ count: before, primes });
  await host?.dropEnvironments();

  const fromMs = now();
  const load = await closedLoad({
    url,
    connections: options.connections,
    calls: options.calls,
    seconds: options.duration,
    timeoutSeconds: options.timeout,
    next: pass.next,
    verify: pass.verify,
    onProgress: (answers, elapsedMs) => progress.load(name, answers, elapsedMs, options),
    signal,
  });
  const toMs = now();

  push(violations, pass.finish());
  // The account is only exact when every answer is known.
  if (name !== 'cat' && load.lost === 0) push(violations, wrongCount(pass.count(), await count()));
  if (fromBench !== undefined && name === 'wolf' && load.lost === 0) {
    push(violations, wrongLeftovers(herd, herd.sheep.length - pass.count(), await fromBench.read()));
  }
  const reported = await host?.summarise(scenario.functionName, fromMs, toMs);
  if (host !== undefined && reported?.invocations !== load.calls) {
    violations.push(
      `${load.calls} calls, but ${reported?.invocations ?? 0} REPORT lines of ${scenario.functionName}`,
    );
  }
  return {
    scenario: name,
    stack: stack.name,
    startedAt: new Date(fromMs).toISOString(),
    load,
    reported,
    violations,
  };
}

function scenarioOf(name: ScenarioName, { m, n }: BenchOptions, { nextTattoo }: BenchWorld): Scenario {
  const scenarios: Record<ScenarioName, () => Scenario> = {
    cat: () => catScenario(m, n),
    sheep: () => sheepScenario(nextTattoo),
    dog: dogScenario,
    wolf: wolfScenario,
  };
  return scenarios[name]();
}

/** Posts sheep by sheep until the shed holds a herd; their weights are the functions' own. */
async function fillOverHttp(stack: Stack, options: BenchOptions, world: BenchWorld): Promise<void> {
  const { signal, progress, nextTattoo } = world;
  let missing = options.herd - (await askDog(stack.url, options.timeout, signal));
  const post = async () => {
    while (missing > 0) {
      missing--;
      const { status, body } = await ask(
        stack.url,
        'POST',
        `/sheep/${nextTattoo()}`,
        options.timeout,
        signal,
      );
      if (status !== 201) throw new Error(`POST /sheep answered ${status} ${body.slice(0, 200)}`);
      progress.step(`posting sheep, ${Math.max(missing, 0)} to go`);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, post));
}

function wrongCount(expected: number, counted: number): string | undefined {
  if (counted === expected) return undefined;
  return `by the answers the shed holds ${expected} sheep (before + inserted − eaten), but ${counted} are counted`;
}

function push(violations: string[], problem: string | undefined): void {
  if (problem !== undefined) violations.push(problem);
}
