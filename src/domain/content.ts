const CONTENT = Symbol('content');

/** A result that is no JSON value: a page, an image, bytes. */
export interface Content {
  readonly [CONTENT]: true;
  /** Its media type, such as `text/html; charset=utf-8`. */
  readonly type: string;
  /** A text is sent as UTF-8. */
  readonly body: string | Uint8Array;
  /** Other headers of an answer in HTTP, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * What a function returns that answers with something else than JSON.
 * @param type media type of the body.
 * @param headers others, for hosts that speak HTTP.
 */
export function content(
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Content {
  return { [CONTENT]: true, type, body, headers };
}

/** Whether a result is {@link content}; no event can hold one, since JSON knows no symbols. */
export function isContent(result: unknown): result is Content {
  return typeof result === 'object' && result !== null && CONTENT in result;
}
