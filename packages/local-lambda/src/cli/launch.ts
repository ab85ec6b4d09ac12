import type { DebuggedFunction } from '../debugging/debuggers.ts';

/** What a terminal shows of debuggers: how VS Code attaches to each function. */
export function renderDebuggers(debuggers: readonly DebuggedFunction[]): string {
  if (debuggers.length === 0) return '';
  const ports = debuggers.map(({ functionName, port }) => `${functionName} on 127.0.0.1:${port}`).join(', ');
  const launch = { version: '0.2.0', configurations: debuggers.map(configuration) };
  return `Debuggers attach to ${ports}. Each of these functions has one environment, and no time-out while a debugger
is attached. For VS Code, in .vscode/launch.json:
${JSON.stringify(launch, undefined, 2)}
`;
}

/**
 * A launch configuration of VS Code; `localRoot` is to be the folder whose contents the package holds.
 * @see https://code.visualstudio.com/docs/nodejs/nodejs-debugging
 * @see https://code.visualstudio.com/docs/python/debugging
 */
function configuration({ functionName, language, port, folder }: DebuggedFunction): object {
  const common = { name: `local-lambda: ${functionName}`, request: 'attach' };
  const roots = { localRoot: `$\{workspaceFolder}`, remoteRoot: folder };
  if (language === 'python') {
    return { ...common, type: 'debugpy', connect: { host: '127.0.0.1', port }, pathMappings: [roots] };
  }
  const skipFiles = ['<node_internals>/**'];
  return { ...common, type: 'node', address: '127.0.0.1', port, restart: true, ...roots, skipFiles };
}
