import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openConfinement } from './confinement/confinement.ts';
import type { UserIds } from './confinement/own-user.ts';
import type { Strays } from './confinement/strays.ts';
import type { Debuggers, DebugSession } from './debugging/debuggers.ts';
import type { FunctionDefinition } from './deployment-package/functions.ts';
import type { PlaceLayers } from './deployment-package/layers.ts';
import { placeCode } from './deployment-package/place-code.ts';
import { removeFolder, watchForChanges } from './deployment-package/read-only-folder.ts';
import { startEnvironment } from './environments/environment.ts';
import type { HostPlaces } from './environments/host-places.ts';
import type { Invocation, InvocationOutcome } from './environments/invocation.ts';
import { createPool } from './environments/pool.ts';
import type { Pool, PoolCallbacks } from './environments/pool-options.ts';
import { createRefusingPool } from './environments/refusing-pool.ts';
import type { StartGate } from './environments/start-gate.ts';
import type { EventBus } from './events/event-bus.ts';
import { guarded, type OnFault } from './fault-boundary.ts';
import { whyNotRun } from './functions-without-runtime.ts';
import { INSIGHTS_GROUP, insightsLines } from './logs/insights-line.ts';
import type { Report } from './logs/lines.ts';
import { type LogStore, newStreamName } from './logs/log-store.ts';
import type { LiveEnvironments } from './observe/environments.ts';
import type { ResolvedOptions } from './options.ts';
import { withExecWrapper } from './runtimes/exec-wrapper.ts';
import type { Runtime } from './runtimes/runtime.ts';
import { environmentVariables } from './runtimes/variables.ts';

/** One version of a function with its unpacked code and its environments. */
export interface HostedFunction {
  readonly definition: FunctionDefinition;
  /** Bytes of the unpacked deployment package. */
  readonly packageBytes: number;
  /** The environments of this version. */
  readonly pool: Pool;
  /** The version that a qualifier means; undefined: there is no such qualifier. */
  ofQualifier(qualifier: string): HostedFunction | undefined;
  /** All versions of the function by their numbers, this one among them. */
  readonly versions: ReadonlyMap<string, HostedFunction>;
  /** Says whether a function of a new package is still this one. */
  readonly digest: string;
  /** When it was unpacked, in ms since the epoch. */
  readonly sinceMs: number;
  /** Answers what is in flight for up to `drainMs`, then ends the environments of this version; removes the code with its last version. */
  close(drainMs: number): Promise<void>;
}

/** What all functions of a host share. */
export interface FunctionHost {
  readonly options: ResolvedOptions;
  /** Folder for code and temporary directories; removed with the host. */
  readonly workDir: string;
  /** Whom the processes of functions belong to; undefined: whoever started the host. */
  readonly user: UserIds | undefined;
  readonly runtimes: readonly Runtime[];
  readonly logStore: LogStore;
  readonly gate: StartGate;
  readonly places: HostPlaces;
  readonly debuggers: Debuggers;
  readonly strays: Strays;
  /** Variables that lead functions to this host itself; a template's own beat them. */
  readonly ownVariables: () => Readonly<Record<string, string>>;
  readonly onProcess: (pid: number, alive: boolean) => void;
  readonly onFault: OnFault;
  readonly events: EventBus;
  /** What runs, of all functions. */
  readonly environments: LiveEnvironments;
  /** Begins a trace, as `X-Amzn-Trace-Id`. */
  readonly newTraceId: () => string;
}

/**
 * Unpacks a function and makes its pool; no environment starts before the first invocation.
 * @throws LocalLambdaError when its zip or folder is refused.
 */
export async function hostFunction(
  definition: FunctionDefinition,
  host: FunctionHost & { readonly placeLayers: PlaceLayers; readonly digest: string },
): Promise<HostedFunction> {
  const { options } = host;
  const { name, code, qualifiers } = definition;
  const taskRoot = join(host.workDir, 'code', name.replaceAll(/[^\w-]/g, '_'));
  const packageBytes = await placeCode(code, taskRoot);
  const folders = { taskRoot, opt: await host.placeLayers(definition.layers) };
  const changes = await changesOf(name, taskRoot, options.onNotice);
  const runtime = host.runtimes.find(({ prefix }) => definition.runtime.startsWith(prefix));

  await runtime?.prepare();

  const inspected = host.debuggers.get(name);

  const startOf = (definition: FunctionDefinition) => async (callbacks: PoolCallbacks) => {
    const session = await inspected?.claim(taskRoot);
    try {
      return await startIn(definition, callbacks, session);
    } catch (error) {
      session?.release();
      throw error;
    }
  };
  const startIn = async (
    definition: FunctionDefinition,
    callbacks: PoolCallbacks,
    session: DebugSession | undefined,
  ) => {
    if (runtime === undefined) throw new Error(`${definition.runtime} does not run here`);
    const own = { ...folders, taskRoot: session?.taskRoot ?? taskRoot };
    const id = randomUUID().replaceAll('-', '');
    const variables = {
      ...environmentVariables(definition, own),
      ...runtime.variables(definition, own),
      ...host.ownVariables(),
      ...definition.environment,
    };
    const command = await runtime.command(definition, own.taskRoot, session?.port);
    const isManaged = !definition.runtime.startsWith('provided');
    const confinement = await openConfinement({
      limits: options,
      user: host.user,
      definition,
      id,
      scratchDir: join(host.workDir, 'tmp'),
      strays: host.strays,
      command: isManaged ? withExecWrapper(command, variables, own) : command,
      needed: Object.values(variables),
    });
    const environment = await startEnvironment({
      ...callbacks,
      onEnded: (environment) => {
        session?.release();
        host.environments.remove(environment);
        callbacks.onEnded(environment);
        changes.look();
      },
      definition,
      taskRoot: own.taskRoot,
      confinement,
      // A process that stands still answers no debugger.
      freeze: options.freeze && session === undefined,
      hold: inspected?.hold,
      variables,
      logStore: host.logStore,
      id,
      initTimeoutMs: options.initSeconds * 1000,
      enforceMemory: options.memoryLimit,
      procDir: options.procDir,
      now: Date.now,
      clock: () => performance.now(),
      onProcess: host.onProcess,
      onReport: reportOf(definition),
      onFault: host.onFault,
      events: host.events,
    });
    host.environments.add(environment);
    return environment;
  };
  const insights = host.logStore.openStream(INSIGHTS_GROUP, newStreamName());
  const reportOf = (definition: FunctionDefinition) => {
    const insightsLine = insightsLines(definition);
    return guarded('onReport', host.onFault, (report: Report, invocation: Invocation) => {
      const timeMs = Date.now();
      insights.write(timeMs, insightsLine(timeMs, report, invocation.traceId));
      options.onReport(name, report, invocation);
    });
  };
  const refusal = whyNotRun(definition, host.runtimes);
  const poolOf = (definition: FunctionDefinition): Pool => {
    if (refusal !== undefined) return createRefusingPool(`${name}: ${refusal}`);
    return createPool({
      definition,
      start: startOf(definition),
      scaling: options.scaling,
      // A debugger follows one process; whatever else comes waits for it, however long it stands still.
      ...(inspected === undefined
        ? {
            maxEnvironments: options.maxEnvironments,
            queueTimeoutMs: options.queueSeconds * 1000,
            idleMs: options.idleSeconds * 1000,
          }
        : {
            maxEnvironments: 1,
            queueTimeoutMs: Number.POSITIVE_INFINITY,
            idleMs: Number.POSITIVE_INFINITY,
          }),
      gate: host.gate,
      places: host.places,
      clock: () => performance.now(),
      onFault: host.onFault,
      events: host.events,
    });
  };
  const versions = new Map<string, HostedFunction>();
  const sinceMs = Date.now();
  let open = 0;
  const ofQualifier = (qualifier: string) =>
    Object.hasOwn(qualifiers, qualifier) ? versions.get(qualifiers[qualifier] ?? '') : undefined;
  const latest = hostVersion(definition);
  for (const version of Object.values(qualifiers)) {
    // A debugger follows the one process of the function.
    if (!versions.has(version))
      versions.set(version, inspected ? latest : hostVersion({ ...definition, version }));
  }
  inspected?.serve(latest.pool.warm);
  return latest;

  function hostVersion(ownDefinition: FunctionDefinition): HostedFunction {
    const pool = poolOf(ownDefinition);
    open += 1;
    let closed: Promise<void> | undefined;
    const end = async (): Promise<void> => {
      open -= 1;
      if (open > 0) return;
      insights.close();
      await changes.looked();
      await removeFolder(taskRoot);
    };
    const hosted: HostedFunction = {
      definition: ownDefinition,
      packageBytes,
      pool,
      versions,
      ofQualifier,
      digest: host.digest,
      sinceMs,
      close: async (drainMs) => {
        // Whoever closes it again may be in more of a hurry.
        await pool.close(drainMs);
        closed ??= end();
        await closed;
      },
    };
    versions.set(ownDefinition.version, hosted);
    return hosted;
  }
}

/** Read-only is only a word to root: a function that wrote into its package all the same is told of, once. */
async function changesOf(
  name: string,
  taskRoot: string,
  onNotice: (message: string) => void,
): Promise<{ look(): void; looked(): Promise<void> }> {
  if (process.getuid?.() !== 0) return { look: () => undefined, looked: async () => undefined };
  const changed = await watchForChanges(taskRoot);
  let noticed = false;
  let last: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    const entry = noticed ? undefined : await changed();
    if (entry === undefined || noticed) return;
    noticed = true;
    onNotice(`${name}: wrote to its package (${entry || '.'}), which is read-only on Lambda`);
  };
  return {
    look: () => {
      last = Promise.all([last, look()]).then(
        () => undefined,
        () => undefined,
      );
    },
    looked: () => last,
  };
}

/** Invokes a function; resolves when it is answered, and never rejects. */
export function invokeFunction(
  { pool }: HostedFunction,
  invocation: Omit<Invocation, 'settle'>,
): Promise<InvocationOutcome> {
  return new Promise((resolve) => pool.invoke({ ...invocation, settle: resolve }));
}

/** An invocation of a payload, within a trace. */
export function newInvocation(payload: Buffer, traceId: string): Omit<Invocation, 'settle'> {
  return {
    requestId: randomUUID(),
    payload,
    traceId,
    clientContext: undefined,
    onLogLine: undefined,
  };
}
