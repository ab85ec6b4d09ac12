import { readFile } from 'node:fs/promises';
import { chooseFunction } from '../choose-function.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { INSIGHTS_GROUP } from '../logs/insights-line.ts';
import { callLambda } from './call-lambda.ts';
import type { EventSource, InvokeCommand } from './invoke-options.ts';
import { renderDebuggers } from './launch.ts';
import { type Project, startHost } from './start-host.ts';

/** The streams of a process. */
export interface Streams {
  readonly stdin: AsyncIterable<unknown>;
  readonly stdout: { write(text: string | Uint8Array): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** The largest event that Lambda takes: 6 MiB. */
const MAX_EVENT_BYTES = 6_291_456;

/**
 * Invokes a function once: on a host that runs, or on one that is started for this call and closed after it. The
 * answer goes to stdout, the log to stderr.
 * @param here is packaged first when no package is named.
 * @returns the exit code: 1 when the function failed.
 * @throws LocalLambdaError when it cannot be invoked.
 */
export async function invokeOnce(command: InvokeCommand, here: Project, streams: Streams): Promise<number> {
  const payload = await readEvent(command.event, streams.stdin);
  const { functionName = '', async, on } = command;
  const print = (answer: Uint8Array): void => {
    if (answer.length > 0) streams.stdout.write(Buffer.concat([answer, Buffer.from('\n')]));
  };
  const say = (text: string) => void streams.stderr.write(`${text}\n`);
  if ('endpoint' in on) {
    const answer = await callLambda({ ...on, functionName, payload, async });
    if (answer.log !== undefined) say(answer.log.trimEnd());
    print(answer.payload);
    return answer.failed ? 1 : 0;
  }
  const { host, close } = await startHost(on, here, {
    onNotice: say,
    onLogEvent: (group, message) => {
      if (group !== INSIGHTS_GROUP) say(message);
    },
  });
  try {
    const { url: endpoint, token } = host;
    const name = chooseFunction(host.functions, command.functionName);
    if (host.debuggers.length > 0) {
      say(`${renderDebuggers(host.debuggers)}Waiting for a debugger.`);
      await host.debuggerAttached();
    }
    const answer = await callLambda({ endpoint, token, functionName: name, payload, async });
    if (async) await host.settleEvents();
    await host.flushLogs();
    print(answer.payload);
    return answer.failed ? 1 : 0;
  } finally {
    await close();
  }
}

async function readEvent(source: EventSource, stdin: AsyncIterable<unknown>): Promise<Buffer> {
  const name = source.kind === 'file' ? source.path : 'standard input';
  const event = source.kind === 'text' ? Buffer.from(source.text) : await readBytes(source, stdin);
  if (event.length > MAX_EVENT_BYTES) {
    throw new LocalLambdaError(
      `--event: ${name} has more than the ${MAX_EVENT_BYTES} bytes that Lambda takes`,
    );
  }
  try {
    JSON.parse(event.toString('utf8'));
  } catch (cause) {
    throw new LocalLambdaError(`--event: ${name} is not JSON (${(cause as Error).message})`, { cause });
  }
  return event;
}

async function readBytes(source: EventSource, stdin: AsyncIterable<unknown>): Promise<Buffer> {
  if (source.kind === 'file') {
    return readFile(source.path).catch((cause: Error) => {
      throw new LocalLambdaError(`--event: ${source.path} cannot be read (${cause.message})`, { cause });
    });
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    size += (chunk as Uint8Array).length;
    if (size > MAX_EVENT_BYTES) break;
  }
  return Buffer.concat(chunks);
}
