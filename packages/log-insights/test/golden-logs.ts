import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One invocation of the golden logs, as the tests know it without reading the logs. */
export interface Invocation {
  readonly stack: string;
  readonly function: string;
  readonly format: 'text' | 'json';
  readonly requestId: string;
  /** Milliseconds since the epoch, of the REPORT. */
  readonly time: number;
  readonly duration: number;
  readonly init: number | undefined;
  readonly billed: number;
  readonly memoryUsed: number;
  readonly status: 'success' | 'error' | 'timeout';
}

export const GOLDEN_START = Date.UTC(2026, 9, 1, 10, 0, 0);
const FUNCTIONS = ['post-sheep', 'get-dog', 'get-cat', 'delete-wolf'];
const PER_FUNCTION = 120;
const PER_ENVIRONMENT = 30;

/** What golden logs hold besides the lines of the runtime and the platform. */
export interface GoldenOptions {
  readonly stacks?: readonly string[];
  /** Whether each invocation is followed by the event that AWS Lambda Insights writes. */
  readonly withLambdaInsights?: boolean;
}

/** Writes a few thousand lines of log groups of each stack, always the same, and returns the invocations in them. */
export async function writeGoldenLogs(
  folder: string,
  { stacks = ['ts', 'python'], withLambdaInsights = false }: GoldenOptions = {},
): Promise<readonly Invocation[]> {
  const random = generator(42);
  const invocations: Invocation[] = [];
  for (const stack of stacks) {
    for (const name of FUNCTIONS) {
      const format = stack === 'python' && name === 'get-dog' ? 'json' : 'text';
      const day = join(folder, 'aws', 'lambda', `sheep-shed-dev-${stack}-${name}`, '2026', '10', '01');
      await mkdir(day, { recursive: true });
      let time = GOLDEN_START;
      for (let environment = 0; environment < PER_FUNCTION / PER_ENVIRONMENT; environment++) {
        const lines: string[] = [];
        for (let i = 0; i < PER_ENVIRONMENT; i++) {
          time += Math.floor(random() * 4_000);
          const invocation = draw(random, { stack, function: name, format, time, cold: i === 0 });
          invocations.push(invocation);
          lines.push(...linesOf(invocation));
          if (withLambdaInsights) lines.push(insightsLine(invocation));
        }
        await writeFile(join(day, `[$LATEST]${hex(random, 32)}.log`), `${lines.join('\n')}\n`);
      }
    }
  }
  return invocations;
}

interface Draw {
  readonly stack: string;
  readonly function: string;
  readonly format: 'text' | 'json';
  readonly time: number;
  readonly cold: boolean;
}

function draw(random: () => number, { cold, ...draw }: Draw): Invocation {
  const scale = draw.stack === 'ts' ? 1 : 12;
  const fate = random();
  const status = fate < 0.02 ? 'timeout' : fate < 0.05 ? 'error' : 'success';
  const duration = status === 'timeout' ? 3_000 : hundredths(scale * (1 - 6 * Math.log(1 - random())));
  const init = cold ? hundredths(70 + 90 * random()) : undefined;
  return {
    ...draw,
    requestId: [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-'),
    duration,
    init,
    billed: Math.ceil(duration + (init ?? 0)),
    memoryUsed: 40 + Math.floor(60 * random()),
    status,
  };
}

function linesOf(invocation: Invocation): readonly string[] {
  const { time, requestId, duration, init, status } = invocation;
  const start = Math.floor(time - duration);
  const business = {
    level: 'info',
    requestId,
    event: { kind: invocation.function, tattoo: Math.floor(duration) },
    ok: status === 'success',
  };
  const lines: [number, string][] = [];
  if (init !== undefined) lines.push([start - Math.ceil(init), initStart(invocation)]);
  lines.push([start, startLine(invocation)]);
  lines.push([start + 1, JSON.stringify(business)]);
  if (status === 'error' && invocation.format === 'text') {
    lines.push([
      time - 1,
      `RequestId: ${requestId} Error: Runtime exited with error: exit status 1 — dévié\tRuntime.ExitError`,
    ]);
  }
  lines.push(...endLines(invocation).map((line): [number, string] => [time, line]));
  return lines.map(([at, line]) => `${new Date(at).toISOString()}\t${line}`);
}

function initStart({ format }: Invocation): string {
  if (format === 'text')
    return 'INIT_START Runtime Version: nodejs:24.v1\tRuntime Version ARN: arn:aws:lambda:local::runtime:1';
  return JSON.stringify({
    type: 'platform.initStart',
    record: { initializationType: 'on-demand', phase: 'init' },
  });
}

function startLine({ format, requestId }: Invocation): string {
  if (format === 'text') return `START RequestId: ${requestId} Version: $LATEST`;
  return JSON.stringify({ type: 'platform.start', record: { requestId, version: '$LATEST' } });
}

function endLines(invocation: Invocation): readonly string[] {
  const { format, requestId, duration, billed, memoryUsed, init, status } = invocation;
  if (format === 'json') return [jsonReport(invocation)];
  const report = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${duration.toFixed(2)} ms`,
    `Billed Duration: ${billed} ms`,
    'Memory Size: 128 MB',
    `Max Memory Used: ${memoryUsed} MB`,
    ...(init === undefined ? [] : [`Init Duration: ${init.toFixed(2)} ms`]),
    ...(status === 'success' ? [] : [`Status: ${status}`]),
    ...(status === 'error' ? ['Error Type: Runtime.ExitError'] : []),
  ];
  return [`END RequestId: ${requestId}`, `${report.join('\t')}\t`];
}

function jsonReport({ time, requestId, duration, billed, memoryUsed, init, status }: Invocation): string {
  const metrics = {
    durationMs: duration,
    billedDurationMs: billed,
    memorySizeMB: 128,
    maxMemoryUsedMB: memoryUsed,
    ...(init === undefined ? {} : { initDurationMs: init }),
  };
  const error = status === 'error' ? { errorType: 'Runtime.ExitError' } : {};
  return JSON.stringify({
    time: new Date(time).toISOString(),
    type: 'platform.report',
    record: { requestId, metrics, status, ...error },
  });
}

/** The event of one invocation as AWS documents it, on one line: the page Lambda-Insights-example-event. */
function insightsLine({
  stack,
  function: name,
  time,
  requestId,
  duration,
  billed,
  ...rest
}: Invocation): string {
  const [user, system] = [Math.floor(duration * 0.8), Math.floor(duration * 0.1)];
  const units = {
    cpu_total_time: 'Milliseconds',
    used_memory_max: 'Megabytes',
    memory_utilization: 'Percent',
  };
  const event = {
    _aws: {
      Timestamp: time,
      CloudWatchMetrics: [
        {
          Namespace: 'LambdaInsights',
          Dimensions: [['function_name'], ['function_name', 'version']],
          Metrics: Object.entries(units).map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
      LambdaInsights: { ShareTelemetry: true },
    },
    event_type: 'performance',
    function_name: `sheep-shed-dev-${stack}-${name}`,
    version: '$LATEST',
    request_id: requestId,
    duration,
    billed_duration: billed,
    cold_start: rest.init !== undefined,
    ...(rest.init === undefined ? {} : { init_duration: rest.init }),
    used_memory_max: rest.memoryUsed,
    total_memory: 128,
    memory_utilization: Math.floor((100 * rest.memoryUsed) / 128),
    cpu_user_time: user,
    cpu_system_time: system,
    cpu_total_time: user + system,
    ...(rest.status === 'timeout' ? { timeout: true, shutdown_reason: 'Timeout' } : {}),
  };
  return `${new Date(time).toISOString()}\t${JSON.stringify(event)}`;
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 4_294_967_296;
  };
}

function hex(random: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
}
