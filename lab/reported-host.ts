import { randomInt } from 'node:crypto';
import type { LocalLambda } from '@sheep-shed/local-lambda';
import { startLocalLambda } from '@sheep-shed/local-lambda';
import { CALL_SCENARIOS, FUNCTION_OF } from '../bench/results/names.ts';

const REPORT_LIMIT_MS = 45_000;

/** The functions of every stack. */
export const FUNCTION_NAMES = CALL_SCENARIOS.map((name) => FUNCTION_OF[name]);

/** The name of a function, the same in every stack. */
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** What a function is asked, as by API Gateway: the work of the bench's scenarios. */
export const EVENT_OF: Readonly<Record<FunctionName, () => object>> = {
  'post-sheep': () => ({ pathParameters: { tattoo: String(randomInt(2 ** 47)) } }),
  'get-dog': () => ({}),
  'get-cat': () => ({ queryStringParameters: { m: '3', n: '8' } }),
  'delete-wolf': () => ({}),
};

/** The last two words of `sheep-shed-<stage>-<stack>-<function>`. */
export function shortNameOf(functionName: string): string {
  return /[a-z]+-[a-z]+$/.exec(functionName)?.[0] ?? functionName;
}

/** One invocation as its REPORT line tells it. */
export interface Reported {
  readonly durationMs: number;
  /** `undefined` for a warm one. */
  readonly initMs: number | undefined;
  /** Peak of its environment, in MB; `undefined` where the machine does not tell. */
  readonly peakMb: number | undefined;
}

/** A local-lambda whose every invocation gives its REPORT figures; one at a time of each function. */
export interface ReportedHost extends Pick<LocalLambda, 'functions' | 'dropEnvironments' | 'close'> {
  /** @throws Error when it fails, answers with 300 or more, or leaves no REPORT line within 45 s. */
  call(functionName: string, event: object): Promise<Reported>;
}

/** Hosts a deployment package. @param options as of local-lambda; `onLogEvent` hears all lines but REPORT. */
export async function startReportedHost(
  options: Parameters<typeof startLocalLambda>[0],
): Promise<ReportedHost> {
  const waiting = new Map<string, (line: string) => void>();
  const host = await startLocalLambda({
    ...options,
    onLogEvent: (group, message) => {
      if (message.startsWith('REPORT ')) waiting.get(group)?.(message);
      else options.onLogEvent?.(group, message);
    },
  });
  const groups = new Map(host.functions.map(({ name, logGroup }) => [name, logGroup]));
  return {
    functions: host.functions,
    dropEnvironments: host.dropEnvironments,
    close: host.close,
    async call(name, event) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const late = new Error(`${name} left no REPORT line within ${REPORT_LIMIT_MS / 1000} s`);
      const timer = setTimeout(reject, REPORT_LIMIT_MS, late);
      waiting.set(groups.get(name) ?? name, resolve);
      const invoke = async () => {
        const requestContext = { http: { method: 'GET', path: '/' } };
        const { errorType, payload } = await host.invoke(name, { version: '2.0', requestContext, ...event });
        const { statusCode = 500 } = (payload ?? {}) as { statusCode?: number };
        if (errorType !== undefined || statusCode >= 300)
          throw new Error(`${name} failed: ${JSON.stringify(payload)}`);
      };
      try {
        return readReport((await Promise.all([promise, invoke()]))[0]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function readReport(line: string): Reported {
  const figure = (name: string) => {
    const found = new RegExp(`\\t${name}: ([0-9.]+) `).exec(line)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return {
    durationMs: figure('Duration') ?? Number.NaN,
    initMs: figure('Init Duration'),
    peakMb: figure('Max Memory Used'),
  };
}
