/** One complete HTTP/1.1 request. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** By lower-case name; repeated ones joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly trailers: Readonly<Record<string, string>>;
  /** Empty when {@link tooLarge}, and when the body was {@link streamed}. */
  readonly body: Buffer;
  /** The body was longer than allowed; it was read and thrown away. */
  readonly tooLarge: boolean;
  /** The body went to the function that `onHead` gave. */
  readonly streamed: boolean;
  /** More bytes had already arrived behind this request. */
  readonly pipelined: boolean;
}

/** Takes the bytes of one connection and emits the requests in them. */
export interface RequestParser {
  /**
   * @throws Error with the `status` to answer (400 or 501) when the bytes are no HTTP/1.1 request that is understood
   * here; the connection is useless then.
   */
  push(chunk: Buffer): void;
}

/** Where the parser stands: before the head, or within a body. */
type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; remaining: number }
  | { readonly kind: 'chunk-size' | 'chunk-end' | 'trailers' }
  | { readonly kind: 'chunk-data'; remaining: number };

/** What is known of a request before its body. */
export interface Head {
  readonly method: string;
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

const MAX_HEAD_BYTES = 65_536;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** All but control characters. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const NO_FIELDS: Readonly<Record<string, string>> = {};
const EMPTY = Buffer.alloc(0);

/**
 * Makes a parser for the requests that runtimes send: bodies by content-length or chunked with trailers,
 * `Expect: 100-continue`, pipelining. It accepts what clients of the Runtime API send, and nothing more.
 * @param maxBodyBytes longer bodies are emitted as `tooLarge`.
 * @param onHead may give a function that takes the body as it comes; such a body is not gathered, nor limited.
 */
export function createRequestParser(
  maxBodyBytes: number,
  onRequest: (request: HttpRequest) => void,
  onExpectContinue: () => void,
  onHead: (head: Head) => ((piece: Buffer) => void) | undefined = () => undefined,
): RequestParser {
  let buffer: Buffer = EMPTY;
  let head: Head | undefined;
  let body: Body = { kind: 'none' };
  let takePiece: ((piece: Buffer) => void) | undefined;
  let pieces: Buffer[] = [];
  let size = 0;
  let trailers: Readonly<Record<string, string>> = NO_FIELDS;
  let trailerBytes = 0;

  function take(bytes: number): void {
    if (takePiece !== undefined) {
      if (bytes > 0) takePiece(buffer.subarray(0, bytes));
      buffer = buffer.subarray(bytes);
      return;
    }
    size += bytes;
    if (size <= maxBodyBytes) pieces.push(buffer.subarray(0, bytes));
    else pieces = [];
    buffer = buffer.subarray(bytes);
  }

  function emit(): void {
    if (head === undefined) return;
    const tooLarge = size > maxBodyBytes;
    const [only = EMPTY] = pieces;
    const request: HttpRequest = {
      method: head.method,
      path: head.path,
      headers: head.headers,
      trailers,
      body: tooLarge ? EMPTY : pieces.length <= 1 ? only : Buffer.concat(pieces, size),
      tooLarge,
      streamed: takePiece !== undefined,
      pipelined: buffer.length > 0,
    };
    head = undefined;
    body = { kind: 'none' };
    takePiece = undefined;
    pieces = [];
    size = 0;
    trailers = NO_FIELDS;
    trailerBytes = 0;
    onRequest(request);
  }

  /** Takes one line off the buffer; undefined: it has not arrived in full. */
  function line(): string | undefined {
    const end = buffer.indexOf('\r\n');
    if (end === -1) {
      if (buffer.length > MAX_HEAD_BYTES) throw bad('a line is too long');
      return undefined;
    }
    const text = buffer.toString('latin1', 0, end);
    buffer = buffer.subarray(end + 2);
    return text;
  }

  function readHead(): boolean {
    const end = buffer.indexOf('\r\n\r\n');
    if (end === -1) {
      if (buffer.length > MAX_HEAD_BYTES) throw bad('the head of a request is too long');
      return false;
    }
    head = parseHead(buffer.toString('latin1', 0, end));
    buffer = buffer.subarray(end + 4);
    body = bodyOf(head.headers);
    takePiece = onHead(head);
    if (head.headers['expect']?.toLowerCase() === '100-continue') onExpectContinue();
    return true;
  }

  function readBytes(part: Extract<Body, { remaining: number }>): boolean {
    const bytes = Math.min(part.remaining, buffer.length);
    take(bytes);
    part.remaining -= bytes;
    if (part.remaining > 0) return false;
    body = { kind: part.kind === 'length' ? 'none' : 'chunk-end' };
    return true;
  }

  /** A line of the chunked coding: a chunk's size, its end, or a trailer. */
  function readLine(kind: 'chunk-size' | 'chunk-end' | 'trailers'): boolean {
    const text = line();
    if (text === undefined) return false;
    if (kind === 'chunk-end') {
      if (text !== '') throw bad('a chunk is longer than its size');
      body = { kind: 'chunk-size' };
    } else if (kind === 'chunk-size') body = chunkOf(text);
    else if (text === '') body = { kind: 'none' };
    else {
      trailerBytes += text.length;
      if (trailerBytes > MAX_HEAD_BYTES) throw bad('the trailers are too long');
      trailers = { ...trailers, ...parseHeaders([text]) };
    }
    return true;
  }

  /** Does one step; false: more bytes are needed. */
  function step(): boolean {
    if (head === undefined) return buffer.length > 0 && readHead();
    if (body.kind === 'length' || body.kind === 'chunk-data') return readBytes(body);
    if (body.kind !== 'none') return readLine(body.kind);
    emit();
    return true;
  }

  return {
    push: (chunk) => {
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
      while (step());
    },
  };
}

function parseHead(text: string): Head {
  const lineEnd = text.indexOf('\r\n');
  const requestLine = lineEnd === -1 ? text : text.slice(0, lineEnd);
  const [, method, path] = /^([^ ]+) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.[01]$/.exec(requestLine) ?? [];
  if (method === undefined || path === undefined || !TOKEN.test(method)) {
    throw bad(`not an HTTP/1.1 request: ${requestLine.slice(0, 100)}`);
  }
  return { method, path, headers: headersOf(text, lineEnd) };
}

/** A runtime sends the same headers again and again, but for lengths. */
const blocks = new Map<string, Readonly<Record<string, string>>>();
const MAX_BLOCKS = 200;
const MAX_HEAD_CHARACTERS = 500;

function headersOf(head: string, lineEnd: number): Readonly<Record<string, string>> {
  if (lineEnd === -1) return NO_FIELDS;
  const block = head.slice(lineEnd + 2);
  const known = blocks.get(block);
  if (known !== undefined) return known;
  const headers = parseHeaders(block.split('\r\n'));
  if (head.length > MAX_HEAD_CHARACTERS) return headers;
  // Runtimes that send something new each time must not keep out the others.
  if (blocks.size >= MAX_BLOCKS) blocks.clear();
  blocks.set(block, headers);
  return headers;
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = nameOf(line.slice(0, Math.max(0, colon)));
    const value = line.slice(colon + 1).trim();
    if (name === undefined || !FIELD_VALUE.test(value)) throw bad(`not a header: ${line.slice(0, 100)}`);
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}

/** Runtimes send the same few names with each request. */
const names = new Map<string, string>();
const MAX_NAMES = 100;

/** The name of a header in lower case; undefined when it is none. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (!TOKEN.test(text)) return undefined;
  const name = text.toLowerCase();
  if (names.size < MAX_NAMES) names.set(text, name);
  return name;
}

function chunkOf(text: string): Body {
  if (!/^[0-9a-fA-F]{1,8}\s*(;.*)?$/.test(text)) throw bad(`not a chunk size: ${text.slice(0, 100)}`);
  const remaining = Number.parseInt(text, 16);
  return remaining === 0 ? { kind: 'trailers' } : { kind: 'chunk-data', remaining };
}

/** A body whose end two readers could see at two places is refused. */
function bodyOf({
  'transfer-encoding': coding,
  'content-length': length,
}: Readonly<Record<string, string>>): Body {
  if (coding !== undefined) {
    if (length !== undefined) throw bad('Transfer-Encoding and Content-Length at once');
    if (coding.toLowerCase() !== 'chunked') throw bad(`Transfer-Encoding: ${coding.slice(0, 100)}`, 501);
    return { kind: 'chunk-size' };
  }
  if (length === undefined || length === '0') return { kind: 'none' };
  if (!/^\d{1,15}$/.test(length)) throw bad(`not a content-length: ${length.slice(0, 100)}`);
  return { kind: 'length', remaining: Number(length) };
}

function bad(message: string, status = 400): Error {
  return Object.assign(new Error(message), { status });
}
