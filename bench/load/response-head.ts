/** What the head of an answer says of what follows it. */
export interface ResponseHead {
  readonly status: number;
  /** Bytes of body; `chunked`; `close` when it goes on until the server closes the connection. */
  readonly framing: number | 'chunked' | 'close';
  /** Whether the connection can carry another request. */
  readonly isKeptAlive: boolean;
  /** Seconds after which the server says it will close the idle connection; `undefined` when it does not say. */
  readonly idleSeconds: number | undefined;
}

/**
 * Parses status line and headers of an answer to `GET`, `POST` or `DELETE` (RFC 9112, sections 4, 6.3 and 9.3).
 * @param head with the blank line at its end.
 * @throws Error when it is no such head.
 */
export function parseResponseHead(head: string): ResponseHead {
  const start = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: |\r)/.exec(head);
  if (start === null) throw new Error(`not an answer of HTTP/1.1: ${JSON.stringify(head.slice(0, 40))}`);
  const status = Number(start[2]);
  const connection = /\r\nconnection:([^\r]*)/i.exec(head)?.[1] ?? '';
  const hint = /\r\nkeep-alive:[^\r]*\btimeout=([0-9]{1,9})/i.exec(head)?.[1];
  return {
    status,
    framing: status < 200 || status === 204 || status === 304 ? 0 : framingOf(head),
    isKeptAlive: start[1] === '1' ? !/\bclose\b/i.test(connection) : /\bkeep-alive\b/i.test(connection),
    idleSeconds: hint === undefined ? undefined : Number(hint),
  };
}

function framingOf(head: string): ResponseHead['framing'] {
  const coding = /\r\ntransfer-encoding:[ \t]*([^\r]*)\r\n/i.exec(head)?.[1];
  if (coding !== undefined) {
    if (/^chunked[ \t]*$/i.test(coding)) return 'chunked';
    throw new Error(`unknown transfer coding ${JSON.stringify(coding)}`);
  }
  const length = /\r\ncontent-length:[ \t]*([^\r]*)\r\n/i.exec(head)?.[1];
  if (length === undefined) return 'close';
  if (/^[0-9]{1,15}[ \t]*$/.test(length)) return Number(length);
  throw new Error(`content-length is ${JSON.stringify(length)}, which is no number`);
}
