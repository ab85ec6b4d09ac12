import type { BenchAnswer } from './exchange.ts';
import type { ResponseHead } from './response-head.ts';
import { parseResponseHead } from './response-head.ts';

/** More than any server sends; Node's own client takes 16 KiB. */
const MAX_HEAD_BYTES = 64 * 2 ** 10;
/** Beyond what API Gateway and Lambda answer at most (10 MB). */
const MAX_BODY_BYTES = 16 * 2 ** 20;

/** One answer of HTTP/1.1, from its bytes as they come. */
export interface ResponseReader {
  /** Takes in bytes. @returns whether the answer is whole. @throws Error when they are no answer, or too long a one. */
  read(bytes: Buffer): boolean;
  /** The server has closed. @returns whether the answer is whole by that. */
  close(): boolean;
  /** The whole answer. */
  answer(): BenchAnswer;
  /** Of the whole answer; `undefined` when more came than was asked for. */
  head(): ResponseHead | undefined;
  /** Makes ready for the next answer. */
  reset(): void;
}

/** What the reader waits for. */
type Part = 'head' | 'body' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'done';

/** A reader without any bytes. */
export function createResponseReader(): ResponseReader {
  let part: Part = 'head';
  let rest: Buffer | undefined;
  let pieces: Buffer[] = [];
  let size = 0;
  let missing = 0;
  let head: ResponseHead | undefined;
  let status = 0;

  /** The text up to a mark and with it; `undefined`, and the bytes kept, when the mark has not come. */
  const upTo = (mark: string, bytes: Buffer, from: number): string | undefined => {
    const end = bytes.indexOf(mark, from, 'latin1');
    if (end >= 0) return bytes.toString('latin1', from, end + mark.length);
    if (bytes.length - from > MAX_HEAD_BYTES) throw new Error(`more than ${MAX_HEAD_BYTES} bytes of head`);
    rest = bytes.subarray(from);
    return undefined;
  };
  const take = (piece: Buffer) => {
    size += piece.length;
    if (size > MAX_BODY_BYTES) throw new Error(`more than ${MAX_BODY_BYTES} bytes of body`);
    pieces.push(piece);
    return piece.length;
  };
  const line = (bytes: Buffer, at: number, then: (text: string) => Part) => {
    const text = upTo('\r\n', bytes, at);
    if (text === undefined) return undefined;
    part = then(text);
    return at + text.length;
  };
  const counted = (bytes: Buffer, at: number, then: Part) => {
    if (at === bytes.length) return undefined;
    const taken = take(bytes.subarray(at, at + missing));
    missing -= taken;
    if (missing === 0) part = then;
    return at + taken;
  };

  /** Each reads its part from an offset and tells the offset behind it; `undefined` when it needs more bytes. */
  const steps: Record<Part, (bytes: Buffer, at: number) => number | undefined> = {
    head(bytes, at) {
      const text = upTo('\r\n\r\n', bytes, at);
      if (text === undefined) return undefined;
      head = parseResponseHead(text);
      const { framing } = head;
      ({ status } = head);
      // Early hints and the like come before the answer.
      if (status >= 200) {
        missing = Number(framing);
        part =
          framing === 'chunked'
            ? 'chunk-size'
            : framing === 'close'
              ? 'until-close'
              : framing > 0
                ? 'body'
                : 'done';
      }
      return at + text.length;
    },
    body: (bytes, at) => counted(bytes, at, 'done'),
    'until-close': (bytes, at) => {
      if (at < bytes.length) take(bytes.subarray(at));
      return undefined;
    },
    'chunk-size': (bytes, at) =>
      line(bytes, at, (text) => {
        const digits = /^([0-9a-fA-F]{1,8})[ \t]*[;\r]/.exec(text)?.[1];
        if (digits === undefined)
          throw new Error(`a chunk without size: ${JSON.stringify(text.slice(0, 40))}`);
        missing = Number.parseInt(digits, 16);
        return missing === 0 ? 'trailer' : 'chunk';
      }),
    chunk: (bytes, at) => counted(bytes, at, 'chunk-end'),
    'chunk-end': (bytes, at) =>
      line(bytes, at, (text) => {
        if (text !== '\r\n') throw new Error('a chunk longer than its size');
        return 'chunk-size';
      }),
    trailer: (bytes, at) => line(bytes, at, (text) => (text === '\r\n' ? 'done' : 'trailer')),
    done(bytes, at) {
      if (at < bytes.length) head = undefined;
      return undefined;
    },
  };

  return {
    read(fresh) {
      const bytes = rest === undefined ? fresh : Buffer.concat([rest, fresh]);
      rest = undefined;
      for (let at: number | undefined = 0; at !== undefined; ) at = steps[part](bytes, at);
      return part === 'done';
    },
    close() {
      if (part === 'until-close') part = 'done';
      return part === 'done';
    },
    answer() {
      const [first = Buffer.of()] = pieces;
      // Pieces are joined before they are decoded: a character may stand across two.
      return { status, body: (pieces.length < 2 ? first : Buffer.concat(pieces)).toString() };
    },
    head: () => head,
    reset() {
      part = 'head';
      rest = undefined;
      if (pieces.length > 0) pieces = [];
      size = 0;
    },
  };
}
