import { OptionError } from '@sheep-shed/options';
import type { NamedUrl } from '../plan/named-targets.ts';
import { FUNCTION_OF, functionNameOf } from '../results/names.ts';
import { catScenario } from '../scenarios/cat.ts';
import { ask } from '../stacks/ask.ts';
import { type AwsClients, openAws } from '../stacks/aws-clients.ts';
import { cloudWatchLogs } from '../stacks/cloudwatch-logs.ts';
import { configurationOf } from '../stacks/lambda-update.ts';
import { memorySizes } from '../stacks/memory-size.ts';
import { sayWhy } from '../stacks/say-why.ts';
import { openSigning } from '../stacks/signing.ts';
import type { Address } from '../stacks/stack.ts';
import type { BenchWorld } from '../world/world.ts';
import { withLateLines } from './join-reports.ts';

/** What is measured of a deployed cat. */
export interface CatPlan {
  readonly target: NamedUrl;
  readonly region: string;
  readonly stage: string;
  /** Region for which requests are signed; `undefined` where nobody signs. */
  readonly sign: string | undefined;
  readonly memoryMb: readonly number[];
  /** Warm calls of each size. */
  readonly calls: number;
  readonly m: number;
  readonly n: number;
}

/** The cat of an account, at several memory sizes. */
export interface MeasuredCat {
  readonly architecture: 'arm64' | 'x86_64';
  readonly runtime: string;
  readonly sizes: readonly { readonly memoryMb: number; readonly warmMs: readonly number[] }[];
}

const PATIENCE = { attempts: 24, pauseMs: 10_000 };
const POLL_SECONDS = 1;
const TIMEOUT_SECONDS = 35;
/** CloudWatch takes whole seconds: the first call of a size must not lie in the window of the others. */
const CALM_MS = 3_000;

/**
 * Measures the cat of a deployed stack at several memory sizes, and gives it back the size that it had, after a failure
 * or an interrupt too.
 * @throws OptionError when credentials or permissions are missing; Error when a call is answered wrongly, CloudWatch has
 * no durations, or the size could not be given back.
 */
export async function measureCat(plan: CatPlan, world: BenchWorld): Promise<MeasuredCat> {
  const { region, stage, target, sign } = plan;
  const clients = await openAws(region, world);
  const signing = sign === undefined ? undefined : await openSigning(sign, world.now);
  try {
    const name = functionNameOf(stage, target.name, FUNCTION_OF.cat);
    const found = await configurationOf(clients.lambda, name, world.signal).catch((error: Error) => {
      world.signal.throwIfAborted();
      throw new OptionError(
        `calibrate must come with AWS credentials that may read and change the function ${name}: ${sayWhy(error)}`,
      );
    });
    const address = { url: target.url, ...(signing && { headersOf: signing.headersFor(target.url) }) };
    return {
      architecture: found.Architectures?.[0] === 'arm64' ? 'arm64' : 'x86_64',
      runtime: found.Runtime ?? 'not available',
      sizes: await measureSizes(plan, name, address, clients, world),
    };
  } finally {
    signing?.close();
    clients.close();
  }
}

async function measureSizes(
  plan: CatPlan,
  name: string,
  address: Address,
  clients: AwsClients,
  world: BenchWorld,
) {
  const memory = memorySizes(clients.lambda, POLL_SECONDS, world.signal);
  const sizes: { readonly memoryMb: number; readonly warmMs: readonly number[] }[] = [];
  try {
    for (const memoryMb of plan.memoryMb) {
      world.progress.step(`the cat with ${memoryMb} MB`);
      await memory.set(name, memoryMb);
      sizes.push({ memoryMb, warmMs: await warmCalls(plan, address, clients, world) });
    }
  } finally {
    world.progress.step('giving the cat its memory size back');
    await memory.restore();
  }
  return sizes;
}

/** Durations of warm calls, in milliseconds, as REPORT tells them. */
async function warmCalls(
  { target, stage, calls, m, n }: CatPlan,
  address: Address,
  { logs }: AwsClients,
  { signal, sleep, now }: BenchWorld,
): Promise<readonly number[]> {
  const cat = catScenario(m, n).begin({ count: 0, herd: undefined, atOnce: 1 });
  const call = async () => {
    const request = cat.next();
    const wrong = cat.verify(request, await ask(address, request, TIMEOUT_SECONDS, signal));
    if (wrong !== undefined) throw new Error(wrong);
  };
  await call();
  await sleep(CALM_MS, signal);
  const from = now();
  for (let k = 0; k < calls; k++) await call();
  const window = withLateLines({ from, to: now() });
  const access = cloudWatchLogs(logs, { name: target.name, stage }, { ...PATIENCE, sleep }, signal);
  const { invocations, problem } = await access.list(FUNCTION_OF.cat, window, calls);
  const warmMs = invocations.flatMap(({ initMs, durationMs }) =>
    initMs === null && durationMs !== null ? [durationMs] : [],
  );
  if (warmMs.length >= calls / 2) return warmMs;
  signal.throwIfAborted();
  const why = problem === undefined ? '' : `: ${problem.text}`;
  throw new Error(`CloudWatch tells ${warmMs.length} warm durations of ${calls} calls${why}`);
}
