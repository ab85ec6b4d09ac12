import type { Architecture } from '@sheep-shed/log-insights/cost';

/** A value that is not known better than within two bounds. */
export interface Spread {
  readonly low: number;
  readonly typical: number;
  readonly high: number;
}

/** A constant of the model, and where it comes from. */
export interface Constant extends Spread {
  readonly what: string;
  readonly unit: 'times' | 'ms';
  readonly source: string;
}

/** What a function's code is run by, as far as the processor's factor depends on it. */
export type Language = 'javascript' | 'python' | 'rust';

const EARLIER =
  "the earlier benchmark's stacks, CPU here against published averages at 128 MB (docs/prediction.md)";
const CURVES = 'https://github.com/cebert/aws-lambda-performance-benchmarks';

/**
 * The constants of the model that are no mechanism of the kernel. Factors of the processor are Lambda's CPU time over
 * that of the machine that they were found on, an AMD of the Zen 5 family.
 */
export const CONSTANTS = {
  'cpu-rust-arm64': {
    what: 'CPU time on arm64 over here, Rust',
    unit: 'times',
    low: 1.25,
    typical: 1.5,
    high: 1.7,
    source: `${EARLIER}, with what a short quota is overdrawn`,
  },
  'cpu-python-arm64': {
    what: 'CPU time on arm64 over here, Python',
    unit: 'times',
    low: 2.1,
    typical: 2.3,
    high: 2.5,
    source: `${EARLIER}; hash loop of ${CURVES}: 2.4`,
  },
  'cpu-javascript-arm64': {
    what: 'CPU time on arm64 over here, JavaScript: from compiled loops, as Rust, to its runtime and libraries',
    unit: 'times',
    low: 1.25,
    typical: 1.9,
    high: 2.5,
    source: `hash loop of ${CURVES}: 2.4; the lower bound is that of Rust`,
  },
  'cpu-x86_64-over-arm64': {
    what: 'CPU time on x86_64 over arm64, both on Lambda',
    unit: 'times',
    low: 0.9,
    typical: 1.1,
    high: 1.25,
    source: `warm hash loops of Node and Python, ${CURVES}/tree/main/published-results/december-2025`,
  },
  'dynamodb-item': {
    what: 'waiting for DynamoDB: put, get or delete of one item (median)',
    unit: 'ms',
    low: 3,
    typical: 4,
    high: 6,
    source: `light function in Rust, two requests in 7.6 to 10.4 ms at 256 MB and more, ${CURVES}/tree/main/published-results/december-2025`,
  },
  'dynamodb-page': {
    what: 'waiting for DynamoDB: one page of a scan (median)',
    unit: 'ms',
    low: 4,
    typical: 7,
    high: 12,
    source: 'no published figure found: from one to three times dynamodb-item',
  },
  'tail-p99': {
    what: 'p99 of such a wait over its median',
    unit: 'times',
    low: 1.6,
    typical: 2.2,
    high: 3.5,
    source: `light function in Rust, p99 over mean, ${CURVES}/tree/main/published-results/december-2025`,
  },
  'connection-wait': {
    what: 'waiting for a new connection to DynamoDB: round trips of TCP and TLS 1.3',
    unit: 'ms',
    low: 1,
    typical: 2,
    high: 5,
    source: 'two round trips within a region, https://www.rfc-editor.org/rfc/rfc8446#section-2',
  },
  'connection-cpu-javascript': {
    what: 'CPU of a new TLS connection here, Node',
    unit: 'ms',
    low: 3,
    typical: 6,
    high: 12,
    source: 'assumed between Rust and Python',
  },
  'connection-cpu-python': {
    what: 'CPU of a new TLS connection here, Python (it loads its certificates)',
    unit: 'ms',
    low: 12,
    typical: 17,
    high: 22,
    source: `${EARLIER}: what sheep and dog of Python lack a call`,
  },
  'connection-cpu-rust': {
    what: 'CPU of a new TLS connection here, Rust',
    unit: 'ms',
    low: 1,
    typical: 2,
    high: 5,
    source: 'assumed: a handshake, without loading certificates',
  },
  /**
   * Fitted on one published row, a first call of Rust's sheep at 128 MB. Why it takes that long is not proved: likely
   * that a fresh environment fetches the pages of the SDK's machine code when they are first touched. Dog and wolf
   * alone ask for 10.7 and 9.5 ms.
   */
  'first-sdk-call-cpu-rust': {
    what: 'CPU on Lambda that a first call which opens a connection through an SDK takes beyond here, machine code',
    unit: 'ms',
    low: 6,
    typical: 8,
    high: 12,
    source:
      "fitted on the earlier benchmark's first calls of Rust's sheep, 128 MB; the explanation is not proved (docs/prediction.md)",
  },
} as const satisfies Readonly<Record<string, Constant>>;

/** Init runs with a whole virtual CPU for so many ms; then it is repeated within the first invocation. */
export const INIT_LIMIT_MS = 10_000;

/** The factors that a prediction rests on. */
export interface Factors {
  /** CPU time on Lambda over that of this machine. */
  readonly cpu: Spread;
  /** Where they come from, in words. */
  readonly origin: string;
}

/** The factors that come with the bench. */
export function builtInFactors(language: Language, architecture: Architecture): Factors {
  const arm = CONSTANTS[`cpu-${language}-arm64`];
  const over = CONSTANTS['cpu-x86_64-over-arm64'];
  const cpu =
    architecture === 'arm64'
      ? arm
      : { low: arm.low * over.low, typical: arm.typical * over.typical, high: arm.high * over.high };
  return { cpu: { low: cpu.low, typical: cpu.typical, high: cpu.high }, origin: 'built in' };
}

/** The language of a managed runtime of Lambda; what the runtime does not tell is taken as compiled to machine code. */
export function languageOf(runtime: string): Language {
  if (runtime.startsWith('python')) return 'python';
  return runtime.startsWith('nodejs') ? 'javascript' : 'rust';
}
