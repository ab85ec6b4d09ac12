import type { FunctionDefinition } from './deployment-package/functions.ts';
import type { Runtime } from './runtimes/runtime.ts';

/** Why no runtime of this machine runs a function; undefined: one does. */
export function whyNotRun(
  { runtime, code }: Pick<FunctionDefinition, 'runtime' | 'code'>,
  runtimes: readonly Runtime[],
): string | undefined {
  if (code.kind === 'image') return 'container images do not run here; give it a package of type Zip';
  if (runtimes.some(({ prefix }) => runtime.startsWith(prefix))) return undefined;
  return `${runtime} does not run here, only ${runtimes.map(({ prefix }) => `${prefix}*`).join(', ')}`;
}

/** Says which functions no runtime of this machine runs, in one line for each reason. */
export function functionsWithoutRuntime(
  functions: readonly FunctionDefinition[],
  runtimes: readonly Runtime[],
): string[] {
  const byReason = new Map<string, string[]>();
  for (const definition of functions) {
    const reason = whyNotRun(definition, runtimes);
    if (reason !== undefined) byReason.set(reason, [...(byReason.get(reason) ?? []), definition.name]);
  }
  return [...byReason].map(
    ([reason, names]) => `${names.join(', ')}: ${reason}; routes are answered 501, and calls with an error`,
  );
}
