import { hostOf } from '../results/names.ts';
import type { BenchFloor, Plan } from '../results/result.ts';
import type { Throttled } from '../results/throttled.ts';
import { addThrottled, NONE_THROTTLED, sayThrottled } from '../results/throttled.ts';
import type { CpuTimes } from './machine.ts';

/** What was seen while a run went on, beside what it measured. */
export interface Observed {
  readonly plan: Plan;
  readonly cores: number;
  /** Over one minute; `undefined` where the system tells none. */
  readonly loadAverageBefore: number | undefined;
  readonly loadAverageAfter: number | undefined;
  /** Before the run and after it; `undefined` where the system tells none. */
  readonly cpuBefore: CpuTimes | undefined;
  readonly cpuAfter: CpuTimes | undefined;
  /** Milliseconds of the run by the clock of the day, and by a clock that never jumps. */
  readonly wallMs: number;
  readonly steadyMs: number;
  readonly floor: BenchFloor | undefined;
  /** Of the worker's transport. */
  readonly amqpFloor?: BenchFloor | undefined;
  readonly courses: readonly ObservedCourse[];
  /** What was throttled of rounds, warm-ups and rates, and where. */
  readonly throttled: readonly { readonly where: string; readonly throttled: Throttled }[];
}

/** One scenario on one stack, as far as it can be doubted. */
export interface ObservedCourse {
  readonly scenario: string;
  readonly stack: string;
  /** Whether the bench loaded the herd itself, so that it is the same on every stack. */
  readonly isHerdKnown: boolean;
  /** Sheep in the shed when each round began. */
  readonly herds: readonly number[];
  /** Milliseconds of median latency; `undefined` without any. */
  readonly medianMs: number | undefined;
}

/** Waiting processes for each core, on average over a minute, above which others must have been at work. */
const BEFORE_PER_CORE = 0.75;
const AFTER_PER_CORE = 1;
/** Cores that other processes may use on average. */
const FOREIGN_CORES = 0.1;
/** Milliseconds that the clock of the day may gain or lose. */
const DRIFT_MS = 100;
/** Share by which herds may differ that should be alike. */
const HERD_SHARE = 0.05;
/** Below this multiple of the latency of its floor the bench measures itself; a rate near its limit is told by the reports. */
const FLOOR_LATENCY = 2;

/** What makes the figures of a run doubtful, in words that give the figure and its bound. */
export function doubtsOf(observed: Observed): string[] {
  return [
    ...doubtsOfMachine(observed),
    ...doubtsOfClock(observed),
    ...doubtsOfHerd(observed),
    ...doubtsOfFloor(observed),
    ...doubtsOfThrottling(observed),
    ...doubtsOfEngine(observed),
  ];
}

function doubtsOfMachine({ plan, cores, loadAverageBefore, loadAverageAfter, ...rest }: Observed): string[] {
  const { cpuBefore, cpuAfter, steadyMs } = rest;
  const doubts: string[] = [];
  const doubtLoad = (when: string, load: number | undefined, perCore: number) => {
    if (load === undefined || load <= perCore * cores) return;
    doubts.push(
      `the load average ${when} was ${load.toFixed(1)} on ${cores} cores (at most ${perCore * cores} is quiet): other programs take time from what is measured`,
    );
  };
  doubtLoad('before the run', loadAverageBefore, BEFORE_PER_CORE);
  // More connections than cores make that load themselves, which has its own warning.
  if (plan.connections <= cores) doubtLoad('after the run', loadAverageAfter, AFTER_PER_CORE);
  if (cpuBefore !== undefined && cpuAfter !== undefined && steadyMs > 0) {
    const foreignMs = cpuAfter.busyMs - cpuBefore.busyMs - (cpuAfter.ownMs - cpuBefore.ownMs);
    const foreign = foreignMs / steadyMs;
    if (foreign > FOREIGN_CORES) {
      doubts.push(
        `other programs used ${foreign.toFixed(2)} of ${cores} cores during the run (at most ${FOREIGN_CORES} is quiet)`,
      );
    }
  }
  if (!plan.isRemote && plan.model === 'closed' && plan.connections > cores) {
    doubts.push(
      `${plan.connections} connections on ${cores} cores: execution environments wait for each other, which they do not on Lambda`,
    );
  }
  return doubts;
}

function doubtsOfClock({ wallMs, steadyMs }: Observed): string[] {
  const drift = wallMs - steadyMs;
  if (Math.abs(drift) <= DRIFT_MS) return [];
  return [
    `the clock was set by ${Math.round(drift)} ms during the run (at most ${DRIFT_MS} ms is good): REPORT lines may be missing from a round, or belong to another`,
  ];
}

function doubtsOfHerd({ plan, courses }: Observed): string[] {
  const strange = courses.flatMap(({ scenario, stack, herds }) => {
    // The work of the cat and of one more sheep is the same whatever is in the shed.
    if (scenario !== 'dog' && scenario !== 'wolf') return [];
    const worst = herds.toSorted((a, b) => Math.abs(b - plan.herd) - Math.abs(a - plan.herd))[0];
    const isAlike = worst === undefined || Math.abs(worst - plan.herd) <= HERD_SHARE * plan.herd;
    return isAlike ? [] : [`${worst} in ${scenario} on ${stack}`];
  });
  const drawn = courses.some(({ isHerdKnown }) => !isHerdKnown)
    ? ['the functions drew the weights themselves, so that herds differ from run to run and stack to stack']
    : [];
  if (strange.length === 0) return drawn;
  return [
    ...drawn,
    `rounds began with other herds than the ${plan.herd} sheep planned: ${strange.join(', ')}`,
  ];
}

function doubtsOfFloor({ floor: httpFloor, amqpFloor, courses }: Observed): string[] {
  return courses.flatMap(({ scenario, stack, medianMs }) => {
    const floor = hostOf(stack) === 'worker' ? amqpFloor : httpFloor;
    return floor !== undefined && medianMs !== undefined && medianMs < FLOOR_LATENCY * floor.latencyMs
      ? [
          `the median of ${scenario} on ${stack}, ${medianMs.toFixed(2)} ms, is below twice the ${floor.latencyMs.toFixed(2)} ms that the bench itself adds`,
        ]
      : [];
  });
}

/** What to change where somebody throttles. */
const REMEDIES: Readonly<Record<keyof Throttled, string>> = {
  gateway:
    'deploy with a higher --param=throttleRate and throttleBurst, or send less: --connections, --rate, --rate-steps',
  lambda:
    "raise its reserved concurrency (--param=reservedConcurrency) or the account's quota, or send less: --connections, --rate, --rate-steps",
};

function doubtsOfThrottling({ throttled }: Observed): string[] {
  return (['gateway', 'lambda'] as const).flatMap((by) => {
    const those = throttled.filter((one) => one.throttled[by] > 0);
    if (those.length === 0) return [];
    const sum = those.reduce((total, one) => addThrottled(total, one.throttled), NONE_THROTTLED);
    const [said] = sayThrottled({ ...NONE_THROTTLED, [by]: sum[by] });
    return [
      `${said} in ${those.map(({ where }) => where).join(', ')}; each counts with the time-out: ${REMEDIES[by]}`,
    ];
  });
}

function doubtsOfEngine({ plan }: Observed): string[] {
  if (plan.engine === 'bench') return [];
  return [
    'autocannon applied the load: the first latency of each connection includes its set-up, and certificates are not checked',
  ];
}
