import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { readLines, type ToAgent } from '../protocol.ts';

/**
 * Invokes an agent with a message and gives what it says, as it comes and unchecked.
 * @throws Error when it cannot be invoked, or ends without its last word; by the name `TooManyRequestsException` when
 * Lambda throttles.
 */
export type Invoke = (message: ToAgent, signal: AbortSignal) => AsyncIterable<unknown>;

/** Where agents are invoked. */
export interface AgentsAddress {
  readonly region: string;
  readonly functionName: string;
  /** Of local-lambda; absent: of AWS, or what `AWS_ENDPOINT_URL_LAMBDA` names. */
  readonly endpoint?: string;
}

const CONNECT_LIMIT_MS = 5_000;
const MAX_SOCKETS = 2_000;

/** Opens what invokes agents by Lambda's own API. A throttled invocation is not repeated: it would be late. */
export function openInvoke({ region, functionName, endpoint }: AgentsAddress): {
  readonly invoke: Invoke;
  close(): void;
} {
  const client = new LambdaClient({
    region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_LIMIT_MS,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    },
    ...(endpoint !== undefined && {
      endpoint,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
  });
  return {
    invoke: async function* (message, abortSignal) {
      const command = new InvokeWithResponseStreamCommand({
        FunctionName: functionName,
        Payload: Buffer.from(JSON.stringify(message)),
      });
      const { EventStream = [] } = await client.send(command, { abortSignal });
      yield* readLines(payloadsOf(EventStream));
    },
    close: () => client.destroy(),
  };
}

/** What the SDK tells of a streamed response. */
interface StreamedEvent {
  readonly PayloadChunk?: { readonly Payload?: Uint8Array | undefined } | undefined;
  readonly InvokeComplete?:
    | { readonly ErrorCode?: string | undefined; readonly ErrorDetails?: string | undefined }
    | undefined;
}

async function* payloadsOf(
  events: AsyncIterable<StreamedEvent> | Iterable<StreamedEvent>,
): AsyncGenerator<Uint8Array> {
  for await (const { PayloadChunk, InvokeComplete } of events) {
    if (PayloadChunk?.Payload !== undefined) yield PayloadChunk.Payload;
    const { ErrorCode, ErrorDetails = '' } = InvokeComplete ?? {};
    if (ErrorCode !== undefined) throw new Error(`${ErrorCode} ${saidBy(ErrorDetails)}`.trim());
  }
}

/** The words of an error of Lambda, such as `Runtime exited with error: signal: killed`, without its request id. */
function saidBy(details: string): string {
  let message = details;
  try {
    message = JSON.parse(details).errorMessage ?? details;
  } catch {
    // Not every error is JSON.
  }
  return String(message)
    .replace(/^RequestId: \S+ (?:Error: )?/, '')
    .slice(0, 200);
}
