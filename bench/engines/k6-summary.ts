import { OptionError } from '@sheep-shed/options';
import type { ToldLoad } from '../results/load-result.ts';
import { CALL_SCENARIOS, type ScenarioName } from '../results/names.ts';
import { histogram } from '../statistics/histogram.ts';

/** What a summary of k6 tells of one scenario on one stack. */
export interface K6Told {
  readonly scenario: ScenarioName;
  readonly stack: string;
  readonly load: ToldLoad;
}

/** A summary of k6. */
export interface K6Summary {
  readonly told: readonly K6Told[];
  /** Milliseconds of the whole run; `undefined` when that is not told. */
  readonly runMs: number | undefined;
  /** The most virtual users at once; 0 when nobody told. */
  readonly vus: number;
}

/** The figures of one metric, in whichever of the two shapes. */
type Figures = Readonly<Record<string, unknown>>;

const QUANTILES = { min: 0, med: 0.5, max: 1 } as const;

/**
 * Reads a summary of k6: what `--summary-export` writes, or what `handleSummary` is given.
 * @param scenario of a summary that is of one script for one scenario; where each has figures of its own, they are read.
 * @throws OptionError when it is no such summary, or does not tell its scenario.
 */
export function readK6Summary(value: unknown, scenario: ScenarioName | undefined, stack: string): K6Summary {
  const metrics = objectOf(objectOf(value)['metrics']);
  const state = objectOf(objectOf(value)['state']);
  const suffixes = Object.keys(metrics).flatMap((name) => {
    const [, suffix, bench, of] = /^http_req_duration(\{bench:(\w+),stack:(\w+)\})$/.exec(name) ?? [];
    const known = CALL_SCENARIOS.find((one) => one === bench);
    return known === undefined ? [] : [{ suffix, scenario: known, stack: of ?? stack }];
  });
  if (metrics['http_req_duration'] === undefined && suffixes.length === 0) {
    throw new OptionError(
      'the file is no summary of k6 with "metrics" and "http_req_duration" in it, and no line of points; understood are --summary-export, what handleSummary is given, and --out json=…',
    );
  }
  if (suffixes.length === 0 && scenario === undefined) {
    throw new OptionError('--scenario is missing: the summary does not tell of which scenario it is');
  }
  const runMs = numberOf(state['testRunDurationMs']) ?? durationOf(figuresOf(metrics, 'http_reqs'));
  const told: K6Told[] =
    suffixes.length > 0
      ? suffixes.map((one) => ({
          scenario: one.scenario,
          stack: one.stack,
          // The run took all scenarios together; how long one took is not told.
          load: loadOf(metrics, one.suffix ?? '', suffixes.length === 1 ? runMs : undefined),
        }))
      : [{ scenario: scenario ?? 'cat', stack, load: loadOf(metrics, '', runMs) }];
  // k6 writes its metrics in no order.
  const order: readonly string[] = CALL_SCENARIOS;
  const orderOf = ({ scenario: one }: K6Told) => order.indexOf(one);
  told.sort((one, other) => orderOf(one) - orderOf(other) || one.stack.localeCompare(other.stack));
  const vus = figuresOf(metrics, 'vus_max');
  return { told, runMs, vus: numberOf(vus['max']) ?? numberOf(vus['value']) ?? 0 };
}

function loadOf(metrics: Figures, suffix: string, elapsedMs: number | undefined): ToldLoad {
  const figures = (name: string) => figuresOf(metrics, `${name}${suffix}`);
  const latency = figures('http_req_duration');
  const calls = numberOf(figures('http_reqs')['count']) ?? numberOf(latency['count']);
  if (calls === undefined) {
    throw new OptionError(`the summary does not count its requests: "http_reqs${suffix}" has no "count"`);
  }
  // Of a rate, "passes" are those that were true: here the requests that failed.
  const failed = numberOf(figures('http_req_failed')['passes']) ?? 0;
  const failedChecks = numberOf(figures('checks')['fails']) ?? 0;
  const wrong = Math.min(Math.max(failed, failedChecks), calls);
  const unknownIfFailed = failed === 0 ? 0 : undefined;
  const mean = numberOf(latency['avg']);
  return {
    model: undefined,
    calls,
    latency: histogram().toData(),
    told: {
      quantiles: quantilesOf(latency),
      ...(mean !== undefined && { mean: mean * 1000 }),
    },
    statuses: {},
    lost: unknownIfFailed,
    timedOut: unknownIfFailed,
    dropped: numberOf(figures('dropped_iterations')['count']) ?? 0,
    wrong,
    firstWrong:
      wrong === 0
        ? []
        : [
            `k6 counted ${failed} failed requests and ${failedChecks} failed checks; its summary does not tell which were lost, throttled or wrong`,
          ],
    elapsedMs,
    connectMs: [],
  };
}

/** Rising by fraction; a figure under two names stands once. */
function quantilesOf(figures: Figures): [number, number][] {
  const found = new Map<number, number>();
  for (const [name, value] of Object.entries(figures)) {
    const [, percent] = /^p\((\d+(?:\.\d+)?)\)$/.exec(name) ?? [];
    const named = Object.hasOwn(QUANTILES, name) ? QUANTILES[name as keyof typeof QUANTILES] : undefined;
    const fraction = named ?? Number((Number(percent) / 100).toFixed(6));
    const millis = numberOf(value);
    if (millis !== undefined && fraction >= 0 && fraction <= 1) found.set(fraction, millis * 1000);
  }
  return [...found].sort(([one], [other]) => one - other);
}

/** A count over its rate is the time of the run. */
function durationOf({ count, rate }: Figures): number | undefined {
  const [all, perSecond] = [numberOf(count), numberOf(rate)];
  return all === undefined || perSecond === undefined || perSecond <= 0
    ? undefined
    : (all / perSecond) * 1000;
}

/** `handleSummary` has them one level deeper. */
function figuresOf(metrics: Figures, name: string): Figures {
  const figures = objectOf(metrics[name]);
  return typeof figures['values'] === 'object' ? objectOf(figures['values']) : figures;
}

function objectOf(value: unknown): Figures {
  return typeof value === 'object' && value !== null ? (value as Figures) : {};
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
