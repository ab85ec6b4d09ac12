import { FUNCTION_OF, hostOf, isEventScenario } from '../../results/names.ts';
import type { BenchResult, ScenarioResult } from '../../results/result.ts';
import { quantileOf } from '../../statistics/quantile.ts';
import { cpuPerCallOf } from '../cpu-per-call.ts';
import { coldStartsOf, type Missing } from '../metrics.ts';
import { scanPages } from '../request-units.ts';
import { languageOf } from './constants.ts';
import type { BackendRequest, FunctionWork } from './predict.ts';

/**
 * What a scenario on a stack takes, as a run on this machine measured it: CPU time a warm call, of the first call and of
 * init (medians of the cold starts). What it waited here is left out: on AWS it waits for another DynamoDB, and not for the
 * other programs of this machine. How often it asks DynamoDB the scenario says; the functions open their connection in
 * init, as docs/workload.md wants it.
 */
export function workOf(result: BenchResult, one: ScenarioResult): FunctionWork | Missing {
  const { scenario, stack } = one;
  const { isRemote, herd } = result.plan;
  if (isRemote) return { missing: 'a deployed API was measured, and its own figures are there' };
  if (herd === undefined) return { missing: 'the imported file does not tell how many sheep there were' };
  if (hostOf(stack) !== 'lambda') return { missing: 'its host is not Lambda' };
  if (isEventScenario(scenario)) return { missing: 'what S3 and SQS take on AWS is not in the model' };
  const cpuMs = cpuPerCallOf(one);
  if (cpuMs === undefined) return { missing: 'no CPU time of its calls is known: reading it takes Linux' };
  const functions = result.stacks.find(({ name }) => name === stack)?.functions ?? [];
  const runtime = functions.find((each) => each.function === FUNCTION_OF[scenario])?.runtime;
  if (runtime === undefined) return { missing: 'its runtime is not known' };
  const requests = requestsOf(scenario, herd);
  const starts = coldStartsOf(result, one);
  const first = median(starts.flatMap((start) => start.cpuMs ?? []));
  const initCpu = median(starts.flatMap((start) => start.initCpuMs ?? []));
  return {
    language: languageOf(runtime),
    warm: { cpuMs, requests, connects: false },
    first: first === undefined ? undefined : { cpuMs: first, requests, connects: false },
    init: initCpu === undefined ? undefined : { cpuMs: initCpu, requests: [], connects: requests.length > 0 },
  };
}

function requestsOf(scenario: ScenarioResult['scenario'], herd: number): readonly BackendRequest[] {
  const pages = Array.from({ length: scanPages(herd) }, () => 'page' as const);
  if (scenario === 'sheep') return ['item'];
  if (scenario === 'dog') return pages;
  return scenario === 'wolf' ? [...pages, 'item'] : [];
}

function median(values: readonly number[]): number | undefined {
  return quantileOf(values, 0.5);
}
