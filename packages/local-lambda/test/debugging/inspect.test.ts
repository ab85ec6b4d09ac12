import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { renderDebuggers } from '../../src/cli/launch.ts';
import { startHost, writePackage } from '../fixture-package.ts';

const SOURCE = `export const handler = async (event, context) => {
  const left = context.getRemainingTimeInMillis();
  return { left };
};
`;

/** Asks for what can be debugged until it is answered, as editors do: a process that is being swapped is cut off. */
async function targetOf(port: number): Promise<string> {
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
      const [target]: { webSocketDebuggerUrl: string }[] = JSON.parse(await answer.text());
      return target?.webSocketDebuggerUrl ?? '';
    } catch {
      await delay(5);
    }
  }
}

/** A client of Node's inspector, as an editor is one. */
async function attach(port: number) {
  const socket = new WebSocket(await targetOf(port));
  await once(socket, 'open');
  let id = 0;
  const seen: { id?: number; method?: string; params?: Record<string, unknown>; result?: unknown }[] = [];
  let arrived: () => void = () => undefined;
  socket.addEventListener('message', ({ data }) => {
    seen.push(JSON.parse(String(data)));
    arrived();
  });
  const until = async (fits: (message: (typeof seen)[number]) => boolean) => {
    for (;;) {
      const found = seen.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
  };
  return {
    ask: async (method: string, params: object = {}) => {
      id += 1;
      const own = id;
      socket.send(JSON.stringify({ id: own, method, params }));
      return until((message) => message.id === own);
    },
    until: (method: string) => until((message) => message.method === method),
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

test('a debugger holds the time-outs of its function: a breakpoint outlives them, the answer arrives', async (t) => {
  const slow = {
    source: SOURCE,
    routes: ['GET /slow'],
    integrationTimeoutMs: 900,
    properties: { Timeout: 1 },
  };
  const functions = { 'shop-dev-slow': slow, other: { source: SOURCE } };
  const host = await startHost(t, functions, { inspect: ['slow'], inspectPort: 0 });
  const [debugged] = host.debuggers;
  assert.ok(debugged !== undefined && host.debuggers.length === 1);
  assert.equal(debugged.functionName, 'shop-dev-slow');
  assert.match(renderDebuggers(host.debuggers), /one environment.*"type": "node".*"restart": true/s);

  // Nothing runs yet: the debugger starts it.
  const client = await attach(debugged.port);
  await host.debuggerAttached();
  await client.ask('Debugger.enable');
  const url = new URL(`file://${debugged.folder}/index.mjs`).href;
  const set = await client.ask('Debugger.setBreakpointByUrl', { lineNumber: 2, url });
  assert.equal((set.result as { locations: unknown[] }).locations.length, 1);
  const answers = [1, 2].map(() => fetch(`${host.url}/slow`).then((response) => response.text()));
  await client.until('Debugger.paused');
  // Longer than the function and its route may take.
  await delay(1_100);
  await client.ask('Debugger.disable');
  for (const answer of await Promise.all(answers)) assert.ok(JSON.parse(answer).left > 3_600_000, answer);
  await client.close();
  while (debugged.attached) await delay(1);

  const { payload } = await host.invoke('shop-dev-slow', {});
  assert.ok((payload as { left: number }).left <= 1_000);
  // The code is swapped under the same port and folder.
  await writePackage(host.packageDir, { ...functions, 'shop-dev-slow': { ...slow, source: `${SOURCE}//` } });
  await host.reload();
  const again = await attach(debugged.port);
  await again.ask('Debugger.enable');
  const scripts = await again.ask('Debugger.setBreakpointByUrl', { lineNumber: 2, url });
  assert.equal((scripts.result as { locations: unknown[] }).locations.length, 1);
  const lines = await host.logLines('shop-dev-slow');
  assert.equal(lines.filter((line) => line.startsWith('INIT_START')).length, 2);
});

test('what cannot be debugged is named', async (t) => {
  const start = (inspect: string[], runtime: string) =>
    startHost(t, { fn: { source: SOURCE, properties: { Runtime: runtime } } }, { inspect, inspectPort: 0 });
  await assert.rejects(start(['none'], 'nodejs24.x'), { message: 'function: must be one of fn, is none' });
  await assert.rejects(start(['fn'], 'provided.al2023'), {
    message: 'inspect: fn runs on provided.al2023; there are debuggers for nodejs and python3',
  });
});
