import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { lstat, mkdir, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chooseFunction } from '../choose-function.ts';
import type { FunctionDefinition } from '../deployment-package/functions.ts';
import { placeCode } from '../deployment-package/place-code.ts';
import { removeFolder } from '../deployment-package/read-only-folder.ts';
import type { OnFault } from '../fault-boundary.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { splitQualifier } from '../qualified-name.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { type DebugPort, isWebSocket, openDebugPort } from './debug-port.ts';
import { createHold, type Hold } from './hold.ts';

/** Where one function can be debugged. */
export interface DebuggedFunction {
  readonly functionName: string;
  /** Whose protocol the port speaks. */
  readonly language: 'node' | 'python';
  /** On 127.0.0.1; the same for all processes of the function. */
  readonly port: number;
  /** Where the process has the code: the same over reloads and starts of the host. */
  readonly folder: string;
  /** Whether a debugger is attached now. */
  readonly attached: boolean;
}

/** One process's turn to be debugged. */
export interface DebugSession {
  /** The code, in the folder that debuggers know. */
  readonly taskRoot: string;
  /** Where the process is to listen, on 127.0.0.1. */
  readonly port: number;
  /** The process is gone. */
  release(): void;
}

/** What the host has to debug one function. */
export interface Debugger extends DebuggedFunction {
  /** Held while a debugger is attached. */
  readonly hold: Hold;
  /** Says what starts a process when a debugger comes and there is none. */
  serve(start: () => void): void;
  /** Waits until no process of the function runs, then puts the code into its folder. */
  claim(taskRoot: string): Promise<DebugSession>;
}

/** The debuggers of a host; they outlive deployments. */
export interface Debuggers {
  readonly all: readonly DebuggedFunction[];
  get(functionName: string): Debugger | undefined;
  /**
   * Opens a port for each function to be debugged, when the functions are known for the first time.
   * @param runtimes those of the host.
   * @throws LocalLambdaError when a function is not there, its runtime has no debugger here, or its port is in use.
   */
  open(functions: readonly FunctionDefinition[], runtimes: readonly Runtime[]): Promise<void>;
  /** Resolves when a debugger is attached to one of the functions. */
  attached(): Promise<void>;
  /** Cuts all debuggers off, so that what is paused goes on. */
  detach(): void;
  close(): Promise<void>;
}

/** What debugging needs to know. */
export interface DebuggersOptions {
  /** The functions, as a user names them. */
  readonly inspect: readonly string[];
  /** Of the first one; the others follow. 0: free ones. */
  readonly inspectPort: number;
  /** Decides the folder of the code. */
  readonly cacheDir: string;
}

const LANGUAGES = { nodejs: 'node', python3: 'python' } as const;

/**
 * Makes the debuggers of a host.
 * @param onFolder hears of the folder that they keep code in, before it is there.
 */
export function createDebuggers(
  options: DebuggersOptions,
  onFault: OnFault,
  onFolder: (folder: string) => void,
): Debuggers {
  const { inspect, inspectPort } = options;
  const known = new Map<string, Debugger & { readonly socket: DebugPort }>();
  const key = createHash('sha256').update(options.cacheDir).digest('hex').slice(0, 8);
  const root = join(tmpdir(), `local-lambda-inspect-${key}-${inspectPort || process.pid}`);
  let opened = false;

  return {
    get all() {
      return [...known.values()];
    },
    get: (functionName) => known.get(splitQualifier(functionName)[0]),
    open: async (functions, runtimes) => {
      if (opened || inspect.length === 0) return;
      for (const [at, asked] of inspect.entries()) {
        const [name = ''] = chooseFunction(functions, asked).split(':');
        const definition = functions.find((one) => one.name === name);
        const runtime = runtimes.find(({ prefix }) => definition?.runtime.startsWith(prefix));
        if (runtime?.prefix !== 'nodejs' && runtime?.prefix !== 'python3') {
          throw new LocalLambdaError(
            `inspect: ${name} runs on ${definition?.runtime}; there are debuggers for nodejs and python3`,
          );
        }
        await runtime.prepareDebugger();
        const language = LANGUAGES[runtime.prefix];
        const port = inspectPort === 0 ? 0 : inspectPort + at;
        known.set(name, await createDebugger(name, language, port, join(root, name, 'code'), onFault));
      }
      onFolder(root);
      await ownFolder(root);
      opened = true;
    },
    attached: async () => {
      const holds = [...known.values()].map(({ hold }) => hold);
      if (holds.some(({ isHeld }) => isHeld())) return;
      await new Promise<void>((resolve) => {
        const unlisten = holds.map((hold) =>
          hold.onChange(() => {
            for (const stop of unlisten) stop();
            resolve();
          }),
        );
      });
    },
    detach: () => {
      for (const { socket } of known.values()) socket.detach();
    },
    close: async () => {
      await Promise.all([...known.values()].map(({ socket }) => socket.close()));
      // Another host's, if it has the port.
      if (opened) await removeFolder(root);
    },
  };
}

async function createDebugger(
  functionName: string,
  language: DebuggedFunction['language'],
  wantedPort: number,
  folder: string,
  onFault: OnFault,
) {
  const hold = createHold();
  let start: () => void = () => undefined;
  let target: number | undefined;
  let placed: string | undefined;
  let turn: Promise<void> = Promise.resolve();
  const socket = await openDebugPort({
    port: wantedPort,
    target: () => target,
    onWanted: () => start(),
    isDebugger: language === 'node' ? isWebSocket : undefined,
    onAttached: hold.take,
    onFault,
  });

  async function place(taskRoot: string): Promise<void> {
    if (placed === taskRoot) return;
    placed = undefined;
    await removeFolder(folder);
    await placeCode({ kind: 'folder', path: taskRoot }, folder);
    // Packages that the runtime brings are two folders above the code.
    const packages = join(dirname(folder), 'node_modules');
    await rm(packages, { force: true });
    await symlink(join(dirname(dirname(taskRoot)), 'node_modules'), packages);
    placed = taskRoot;
  }

  return {
    functionName,
    language,
    port: socket.port,
    folder,
    hold,
    socket,
    get attached() {
      return hold.isHeld();
    },
    serve: (starter: () => void) => {
      start = starter;
    },
    claim: async (taskRoot: string): Promise<DebugSession> => {
      const before = turn;
      let resolve = (): void => undefined;
      turn = new Promise((done) => {
        resolve = done;
      });
      await before;
      try {
        await place(taskRoot);
        const port = await freePort();
        target = port;
        const release = (): void => {
          if (target === port) target = undefined;
          resolve();
        };
        return { taskRoot: folder, port, release };
      } catch (error) {
        resolve();
        throw error;
      }
    },
  };
}

/** A folder with a name that others can guess must be ours alone: code is run from it. */
async function ownFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const { uid, mode } = await lstat(path);
  const isOwn = process.getuid === undefined || uid === process.getuid();
  if (isOwn && (mode & 0o170_077) === 0o040_000) return;
  throw new LocalLambdaError(`inspect: ${path} must be a folder that only you can enter; remove it`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
