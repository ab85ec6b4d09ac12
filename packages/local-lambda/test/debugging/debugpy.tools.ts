/** Needs PyPI, or what stands in for it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ensurePython } from '../../../../rehearsal/python-environment.ts';
import { runUntil } from '../../../../rehearsal/run.ts';
import { onEnd, startHost } from '../fixture-package.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const FUNCTION = `
def handler(event, context):
    left = context.get_remaining_time_in_millis()
    return {"left": left}
`;

/** Puts a python3 with debugpy before all others, for this test; else says why there is none. */
async function useDebugpy(t: TestContext): Promise<string | undefined> {
  const run = runUntil(new AbortController().signal);
  try {
    const bin = await ensurePython(ROOT, join(import.meta.dirname, 'requirements.txt'), run);
    const before = process.env['PATH'];
    process.env['PATH'] = [bin, before].join(delimiter);
    onEnd(t, () => {
      process.env['PATH'] = before;
    });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

interface Message {
  readonly type: string;
  readonly command?: string;
  readonly event?: string;
  readonly success?: boolean;
  readonly body?: Record<string, unknown>;
}

/** A client of the Debug Adapter Protocol, as VS Code is one. */
async function attach(port: number) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const seen: Message[] = [];
  let arrived: () => void = () => undefined;
  let buffer = '';
  socket.on('data', (chunk) => {
    buffer += chunk.toString('latin1');
    for (let head = /Content-Length: (\d+)\r\n\r\n/.exec(buffer); head !== null; ) {
      const begin = head.index + head[0].length;
      const end = begin + Number(head[1]);
      if (buffer.length < end) break;
      seen.push(JSON.parse(buffer.slice(begin, end)));
      buffer = buffer.slice(end);
      head = /Content-Length: (\d+)\r\n\r\n/.exec(buffer);
    }
    arrived();
  });
  const until = async (fits: (message: Message) => boolean): Promise<Message> => {
    for (;;) {
      const found = seen.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
  };
  let seq = 0;
  const send = (command: string, args: object = {}): void => {
    seq += 1;
    const body = JSON.stringify({ seq, type: 'request', command, arguments: args });
    socket.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
  };
  return {
    send,
    ask: (command: string, args?: object) => {
      send(command, args);
      return until((message) => message.type === 'response' && message.command === command);
    },
    until: (event: string) => until((message) => message.event === event),
    close: async () => {
      socket.end();
      await once(socket, 'close');
    },
  };
}

test('debugpy holds the time-outs of a Python function: a breakpoint outlives them, the answer arrives', async (t) => {
  const missing = await useDebugpy(t);
  if (missing !== undefined) return t.diagnostic(`passed over: ${missing}`);
  const host = await startHost(
    t,
    {
      py: {
        files: { 'app.py': new TextEncoder().encode(FUNCTION) },
        properties: { Runtime: 'python3.13', Handler: 'app.handler', Timeout: 1, MemorySize: 512 },
      },
    },
    { inspect: ['py'], inspectPort: 0, cacheDir: '.cache' },
  );
  const [debugged] = host.debuggers;
  assert.ok(debugged !== undefined);
  const client = await attach(debugged.port);
  await host.debuggerAttached();
  await client.ask('initialize', { adapterID: 'test', pathFormat: 'path' });
  const pathMappings = [{ localRoot: '/project', remoteRoot: debugged.folder }];
  client.send('attach', { pathMappings });
  await client.until('initialized');
  const set = await client.ask('setBreakpoints', {
    source: { path: '/project/app.py' },
    breakpoints: [{ line: 4 }],
  });
  assert.equal(set.success, true);
  await client.ask('configurationDone');
  const answer = host.invoke('py', {});
  const { body } = await client.until('stopped');
  // Longer than the function may take.
  await delay(1_100);
  await client.ask('continue', { threadId: body?.['threadId'] });
  const { payload, errorType } = await answer;
  assert.equal(errorType, undefined);
  assert.ok((payload as { left: number }).left > 3_600_000);
  await client.close();
  while (debugged.attached) await delay(1);
  const { left } = (await host.invoke('py', {})).payload as { left: number };
  assert.ok(left <= 1_000);
});

test('a Python without debugpy is told how to get it', async (t) => {
  const properties = { Runtime: 'python3.13', Handler: 'app.handler' };
  const files = { 'app.py': new TextEncoder().encode(FUNCTION) };
  await assert.rejects(startHost(t, { py: { files, properties } }, { inspect: ['py'], inspectPort: 0 }), {
    message: /needs? debugpy, which python3 does not find; run python3 -m pip install debugpy$/,
  });
});
