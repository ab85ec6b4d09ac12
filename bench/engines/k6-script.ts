import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OptionError } from '@sheep-shed/options';
import { stringify } from 'yaml';
import type { ExportedLimit } from './exported-limits.ts';
import { exportedLimits } from './exported-limits.ts';
import { type ExportedRun, refuse } from './exported-run.ts';

/** Of which the script is made; what is in braces there is filled in here. */
const TEMPLATE = join(import.meta.dirname, 'k6-load.js');

/**
 * A script of k6 (0.50 and later) for a run.
 * @throws OptionError on what k6 cannot do.
 */
export function k6Script(run: ExportedRun): string {
  const { calls, rate, arrivals, duration } = run.plan;
  refuse('--arrivals', arrivals === 'poisson' && arrivals, "k6's arrivals are even");
  if (calls !== undefined && rate === undefined) {
    throw new OptionError(
      `--calls must come with --rate, or give way to --duration, when --for is k6, whose scenarios begin at fixed times; got "${calls}"`,
    );
  }
  const seconds = calls === undefined || rate === undefined ? duration : calls / rate;
  if (seconds < 1) {
    throw new OptionError(
      `--duration must be at least 1 when --for is k6, which knows no scenario of less than a second; got "${seconds}"`,
    );
  }
  const limits: Record<string, string[]> = {};
  for (const limit of exportedLimits(run)) {
    const on = metricOf(limit);
    limits[on] = [...(limits[on] ?? []), `${statOf(limit)}${limit.sign}${limit.ms}`];
  }
  const parts = {
    // A round is a scenario of its own.
    PLAN: {
      ...run.plan,
      rounds: Math.min(run.plan.rounds, Math.floor(seconds)),
      steps: run.steps,
      stepConnections: run.stepConnections,
    },
    URLS: run.urls,
    LIMITS: limits,
  };
  let text = readFileSync(TEMPLATE, 'utf8');
  for (const [name, value] of Object.entries(parts)) {
    text = text.replace(
      `const ${name} = {};`,
      () => `const ${name} = ${JSON.stringify(value, undefined, 2)};`,
    );
  }
  return text;
}

/**
 * What `kubectl apply` takes to run the script by the k6 operator: the script, and a TestRun of it.
 * @see https://grafana.com/docs/k6/latest/set-up/set-up-distributed-k6/
 */
export function k6TestRun(run: ExportedRun, parallelism: number): string {
  const { connections } = run.plan;
  if (connections < parallelism) {
    throw new OptionError(
      `--connections must be at least --parallelism, which is ${parallelism}: each pod needs one; got "${connections}"`,
    );
  }
  const name = 'sheep-shed-load';
  const file = 'load.js';
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { [file]: k6Script(run) },
  };
  const testRun = {
    apiVersion: 'k6.io/v1alpha1',
    kind: 'TestRun',
    metadata: { name },
    spec: { parallelism, script: { configMap: { name, file } } },
  };
  return [configMap, testRun].map((one) => stringify(one, { lineWidth: 0 })).join('---\n');
}

function metricOf({ scenario, stack, rate }: ExportedLimit): string {
  const step = rate === undefined ? '' : `,rate:${rate}`;
  return `http_req_duration{bench:${scenario},stack:${stack}${step}}`;
}

function statOf({ quantile }: ExportedLimit): string {
  return quantile === 'max' ? 'max' : `p(${quantile.slice(1)})`;
}
