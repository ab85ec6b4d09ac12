import { type LocalLambda, type LocalLambdaOptions, startLocalLambda } from '@sheep-shed/local-lambda';
import { logFolder, type Window } from '@sheep-shed/log-insights';
import { listInvocations, summariseReports } from '@sheep-shed/log-insights/report-lines';
import type { FunctionDescription } from '../results/result.ts';
import { lambdaCpu, withCpu } from './insights-cpu.ts';
import type { HostAccess, LogAccess, Stack, TableAccess } from './stack.ts';

/** A name is `sheep-shed-<stage>-<stack>-<function>`, and every function has two words. */
const LAST_TWO_WORDS = /[a-z]+-[a-z]+$/;

/** A stack on local-lambda. */
export interface LambdaStackOptions
  extends Pick<
    LocalLambdaOptions,
    'packageDir' | 'logsDir' | 'cacheDir' | 'cpu' | 'environment' | 'awsEndpoint' | 'onNotice'
  > {
  readonly name: string;
  readonly commit: string | undefined;
  /** The table of the functions. */
  readonly tableOf: (host: LocalLambda) => TableAccess;
}

/** Starts a deployment package on a local-lambda of its own. */
export async function startLambdaStack({ name, commit, tableOf, ...settings }: LambdaStackOptions): Promise<{
  readonly stack: Stack & { readonly host: HostAccess };
  readonly host: LocalLambda;
  close(): Promise<void>;
}> {
  const { logsDir } = settings;
  const host = await startLocalLambda(settings);
  const functions = host.functions.map(describe);
  const flush = () => host.flushLogs();
  const stack = {
    name,
    ...(commit !== undefined && { commit }),
    url: host.url,
    table: tableOf(host),
    host: { functions, dropEnvironments: () => host.dropEnvironments(), settle: flush },
    logs: logsOf(functions, logsDir),
    cold: {
      force: (functionName: string) => host.dropEnvironments(fullName(functions, functionName)),
      restore: async () => undefined,
    },
    cpu: lambdaCpu((functionName) => fullName(functions, functionName), logFolder(logsDir), flush),
  };
  return { stack, host, close: () => host.close() };
}

function fullName(functions: readonly FunctionDescription[], functionName: string): string {
  const name = functions.find((one) => one.function === functionName)?.name;
  if (name === undefined) throw new Error(`the deployment package has no function ${functionName}`);
  return name;
}

function describe({
  name,
  runtime,
  architecture,
  memorySizeMb,
  packageBytes,
}: LocalLambda['functions'][number]): FunctionDescription {
  const short = LAST_TWO_WORDS.exec(name)?.[0] ?? name;
  return { function: short, name, runtime, architecture, memorySizeMb, packageBytes };
}

/** The logs on disk, which hold all invocations that ended before the host was told to settle. */
function logsOf(functions: readonly FunctionDescription[], folder: string): LogAccess {
  const source = logFolder(folder);
  const queryOf = (name: string, window: Window) => ({
    groups: [`/aws/lambda/${name}`],
    window,
    now: window.to,
  });
  return {
    isImmediate: true,
    async summarise(functionName, windows) {
      const name = fullName(functions, functionName);
      const hull = { from: windows[0]?.from ?? 0, to: windows.at(-1)?.to ?? 0 };
      const summaries = await summariseReports(source, { ...queryOf(name, hull), parts: windows });
      return { summary: summaries.get(name), problem: undefined };
    },
    async list(functionName, window) {
      const name = fullName(functions, functionName);
      const invocations = await listInvocations(source, queryOf(name, window));
      const measured = await withCpu(invocations, source, name, { window, now: window.to });
      return { invocations: measured, problem: undefined };
    },
  };
}
