import { connect, type Socket } from 'node:net';
import { HEADERS, NEXT_PATH, READ_HEADERS } from '../../../runtime-api/protocol.ts';

/** One event from the Runtime API. */
export interface Event {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer that is sent piece by piece (chunked), with an error in trailers where it fails on its way. */
export interface StreamedAnswer {
  begun(): boolean;
  begin(contentType: string): void;
  write(piece: Buffer, done: () => void): void;
  /** Ends the answer and sends the next `next`. */
  end(failure?: { readonly errorType: string; readonly body: string }): void;
}

/** The connection to the Runtime API. */
export interface Connection {
  /** Sends the first `next`. */
  start(): void;
  /** Sends an answer and the next `next` in one write. */
  answer(path: string, body: string | Buffer, errorType?: string): void;
  /** Makes an answer to be streamed; nothing is sent before its `begin`. */
  stream(path: string): StreamedAnswer;
  /** Sends a last message, such as an init error, and resolves when it has been answered. */
  last(path: string, body: string, errorType: string): Promise<void>;
}

const READ_BYTES = 65_536;

/**
 * Connects to the Runtime API on a bare socket: `node:http` would add 40 ms to each start.
 * The process ends when the connection does, so that no runtime outlives its host.
 */
export function connectToHost(address: string, onEvent: (event: Event) => void): Connection {
  const colon = address.lastIndexOf(':');
  const next = `GET ${NEXT_PATH} HTTP/1.1\r\nHost: ${address}\r\n\r\n`;
  // One buffer for all reads, instead of a new one for each.
  const received = Buffer.allocUnsafeSlow(READ_BYTES);
  let buffer: Buffer = Buffer.alloc(0);
  let onLast: (() => void) | undefined;
  const socket: Socket = connect({
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    noDelay: true,
    onread: { buffer: received, callback: read },
  });
  socket.on('error', () => process.exit(1));
  socket.on('close', () => process.exit(1));

  function read(length: number): boolean {
    const chunk = received.subarray(0, length);
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
    while (takeAnswer());
    // What is left must outlive the next read.
    if (buffer.buffer === received.buffer) buffer = Buffer.from(buffer);
    return true;
  }

  function takeAnswer(): boolean {
    const headEnd = buffer.indexOf('\r\n\r\n');
    if (headEnd === -1) return false;
    const [, ...lines] = buffer.toString('latin1', 0, headEnd).split('\r\n');
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colonAt = line.indexOf(':');
      headers[line.slice(0, colonAt).toLowerCase()] = line.slice(colonAt + 1).trim();
    }
    const end = headEnd + 4 + Number(headers['content-length'] ?? 0);
    if (buffer.length < end) return false;
    const body = buffer.toString('utf8', headEnd + 4, end);
    buffer = buffer.subarray(end);
    if (headers[READ_HEADERS.requestId] !== undefined) onEvent({ headers, body });
    else onLast?.();
    return buffer.length > 0;
  }

  function post(path: string, body: string | Buffer, errorType: string | undefined): string {
    const type = errorType === undefined ? '' : `${HEADERS.errorType}: ${errorType}\r\n`;
    return `POST ${path} HTTP/1.1\r\nHost: ${address}\r\nContent-Type: application/json\r\n${type}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  }

  return {
    start: () => socket.write(next),
    answer: (path, body, errorType) => {
      const head = post(path, body, errorType);
      if (typeof body === 'string') socket.write(head + body + next);
      else socket.write(Buffer.concat([Buffer.from(head), body, Buffer.from(next)]));
    },
    stream: (path) => {
      let begun = false;
      return {
        begun: () => begun,
        begin: (contentType) => {
          begun = true;
          socket.write(
            `POST ${path} HTTP/1.1\r\nHost: ${address}\r\nContent-Type: ${contentType}\r\n${HEADERS.responseMode}: streaming\r\nTrailer: ${HEADERS.errorType}, ${HEADERS.errorBody}\r\nTransfer-Encoding: chunked\r\n\r\n`,
          );
        },
        write: (piece, done) => {
          // An empty chunk would end the answer.
          if (piece.length === 0) return done();
          socket.write(`${piece.length.toString(16)}\r\n`);
          socket.write(piece);
          socket.write('\r\n', done);
        },
        end: (failure) => {
          const body = failure && Buffer.from(failure.body).toString('base64');
          const trailers = failure
            ? `${HEADERS.errorType}: ${failure.errorType}\r\n${HEADERS.errorBody}: ${body}\r\n`
            : '';
          socket.write(`0\r\n${trailers}\r\n${next}`);
        },
      };
    },
    last: (path, body, errorType) =>
      new Promise((resolve) => {
        onLast = resolve;
        socket.write(post(path, body, errorType) + body);
      }),
  };
}
