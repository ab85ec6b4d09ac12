import type { FunctionDefinition } from '../deployment-package/functions.ts';
import type { RuntimeCommand } from '../environments/process.ts';

/** Where a function's code and its layers are. */
export interface FunctionFolders {
  /** `LAMBDA_TASK_ROOT`. */
  readonly taskRoot: string;
  /** What stands for `/opt`; undefined: the function has no layers. */
  readonly opt: string | undefined;
}

/** One family of Lambda runtimes on this machine. */
export interface Runtime {
  /** Such as `nodejs`; a function's `Runtime` begins with it. */
  readonly prefix: string;
  /** Variables that Lambda sets for this family and no other. */
  readonly variables: (
    definition: FunctionDefinition,
    folders: FunctionFolders,
  ) => Readonly<Record<string, string>>;
  /** Does what takes long before the first function needs it; what fails is told by `command`. */
  readonly prepare: () => Promise<void>;
  /**
   * Looks for what `command` needs to be debugged.
   * @throws LocalLambdaError saying how to get it.
   */
  readonly prepareDebugger: () => Promise<void>;
  /**
   * Says how an environment of the function is started.
   * @param debugPort where its debugger is to listen, on 127.0.0.1; undefined: it has none.
   * @throws LocalLambdaError when this machine cannot run it.
   */
  readonly command: (
    definition: FunctionDefinition,
    taskRoot: string,
    debugPort: number | undefined,
  ) => Promise<RuntimeCommand>;
}
