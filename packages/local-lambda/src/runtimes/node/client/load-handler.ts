import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A function's handler, in whichever style it is written. */
export type Handler = (
  event: unknown,
  context: object,
  callback?: (error?: unknown, result?: unknown) => void,
) => unknown;

/** An error of the runtime itself; its name is the `errorType` on the wire. */
export function runtimeError(type: string, message: string): Error {
  const error = new Error(message);
  error.name = `Runtime.${type}`;
  return error;
}

/**
 * Loads the handler `folder/module.export`; modules may be ESM or CommonJS, with or without top-level await.
 * @throws Error `Runtime.MalformedHandlerName`, `Runtime.ImportModuleError`, `Runtime.UserCodeSyntaxError` or
 * `Runtime.HandlerNotFound`; or what the module itself throws.
 */
export async function loadHandler(taskRoot: string, name: string): Promise<Handler> {
  const slash = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', slash);
  if (dot <= slash || dot === name.length - 1) throw runtimeError('MalformedHandlerName', 'Bad handler');
  const loaded = await loadModule(join(taskRoot, name.slice(0, dot)), name.slice(slash, dot));
  const path = name.slice(dot + 1).split('.');
  const handler = find(loaded, path) ?? find(find(loaded, ['default']), path);
  if (handler === undefined) throw runtimeError('HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw runtimeError('HandlerNotFound', `${name} is not a function`);
  return handler as Handler;
}

async function loadModule(base: string, name: string): Promise<unknown> {
  const path = ['', '.js', '.mjs', '.cjs'].map((extension) => base + extension).find(existsSync);
  if (path === undefined) throw runtimeError('ImportModuleError', `Error: Cannot find module '${name}'`);
  try {
    // As on Lambda; `require` compiles a module with top-level await before it refuses it.
    if (path.endsWith('.mjs')) return await import(pathToFileURL(path).href);
    try {
      return require(path);
    } catch (error) {
      // A module with top-level await; nothing of it has run yet.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
      return await import(pathToFileURL(path).href);
    }
  } catch (error) {
    if (error instanceof SyntaxError)
      throw runtimeError('UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    const code = (error as NodeJS.ErrnoException | null)?.code;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
      throw runtimeError('ImportModuleError', `Error: ${(error as Error).message}${sdkHint(error)}`);
    }
    throw error;
  }
}

/** Lambda's runtime brings the SDK: there this error would not be. */
function sdkHint(error: unknown): string {
  const [name] = /@aws-sdk\/[a-z\d-]+/.exec((error as Error).message) ?? [];
  return name === undefined
    ? ''
    : `\nLambda's runtime brings ${name}; local-lambda takes it from the project's node_modules, or installs it with --runtime-sdk`;
}

function find(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' && typeof found !== 'function') return undefined;
    found = (found as Record<string, unknown> | null)?.[key];
  }
  return found;
}
