import type { Herd, HerdSheep } from '../herd/make-herd.ts';
import type { LoadOptions } from '../load/apply-load.ts';
import type { BenchOptions } from '../plan/settle-options.ts';
import { isEventScenario, type ScenarioName } from '../results/names.ts';
import type { Pass, ShedState } from '../scenarios/scenario.ts';
import { ask, askDog } from '../stacks/ask.ts';
import type { Address, Stack } from '../stacks/stack.ts';
import type { BenchWorld } from '../world/world.ts';

/** A scan of DynamoDB may be behind what was written, by a second at most as a rule. */
const STALE_MS = 1_000;

/**
 * Gives a stack the herd that a round begins with: past the functions where the table can be reached, else by
 * posting what is missing, with weights that are the functions' own.
 * @param dog counts the sheep through the stack, and is asked only where the table cannot be reached.
 * @returns how many sheep are there then.
 * @throws Error in one line when the stack does not take the herd.
 */
export async function loadShed(
  stack: Stack,
  herd: Herd,
  dog: () => Promise<number>,
  options: BenchOptions,
  world: BenchWorld,
): Promise<number> {
  if (stack.table === undefined) {
    await fillOverHttp(stack, dog, options, world);
    return dog();
  }
  const changes = await stack.table.load(herd.sheep);
  if (changes > 0 && stack.host === undefined) await world.sleep(STALE_MS, world.signal);
  return herd.sheep.length;
}

/** What a pass is told of the shed. */
export function shedOf(
  { table }: Stack,
  herd: Herd,
  count: number,
  { connections }: { readonly connections: number },
): ShedState {
  return { count, herd: table && herd, atOnce: connections };
}

/** Where the requests of a scenario go: those of an event-driven one by a way of their own. */
export function addressFor(stack: Stack, scenario: ScenarioName): Address {
  return isEventScenario(scenario) && stack.events ? { ...stack, connect: stack.events[scenario] } : stack;
}

/** Where the load of a pass goes, what it is made of, and how the herd is kept as it is meanwhile. */
export function loadOn(
  stack: Stack,
  { next, verify, restock, keepsHerd }: Pass,
  scenario: ScenarioName,
): Pick<LoadOptions, 'url' | 'headersOf' | 'connect' | 'next' | 'verify' | 'afterAnswer'> {
  const { table } = stack;
  const { url, headersOf, connect } = addressFor(stack, scenario);
  return {
    url,
    ...(headersOf && { headersOf }),
    ...(connect && { connect }),
    next,
    verify,
    ...(keepsHerd && table && { afterAnswer: (_request, answer) => putBack(table, restock(answer)) }),
  };
}

function putBack(table: NonNullable<Stack['table']>, sheep: readonly HerdSheep[]): Promise<void> | undefined {
  return sheep.length === 0 ? undefined : table.put(sheep);
}

/** Counts the sheep through a stack's dog. */
export function dogOf(stack: Stack, { timeout }: BenchOptions, { signal }: BenchWorld) {
  return () => askDog(stack, timeout, signal);
}

/** Sheep posted a second at most: half of what a stage takes by default, so that its burst is left for what is measured. */
const POSTED_PER_SECOND = 100;

async function fillOverHttp(
  stack: Stack,
  dog: () => Promise<number>,
  { herd, connections, timeout }: BenchOptions,
  { signal, progress, nextTattoo, sleep }: BenchWorld,
): Promise<void> {
  let missing = herd - (await dog());
  const post = async () => {
    while (missing > 0) {
      missing--;
      const { status, body } = await ask(
        stack,
        { method: 'POST', path: `/sheep/${nextTattoo()}` },
        timeout,
        signal,
      );
      if (status !== 201) throw new Error(`POST /sheep answered ${status} ${body.slice(0, 200)}`);
      progress.step(`posting sheep to ${stack.name}: ${missing} to go`);
      if (missing > 0) await sleep((1000 * connections) / POSTED_PER_SECOND, signal);
    }
  };
  await Promise.all(Array.from({ length: connections }, post));
}
