import { isUtf8 } from 'node:buffer';
import { PRELUDE_END_BYTES } from './protocol.ts';

const PRELUDE_END = Buffer.alloc(PRELUDE_END_BYTES);

/**
 * Turns a streamed HTTP response, a prelude in JSON, eight zero bytes and the body, into the object that a function
 * without streaming answers with; what has no such prelude stays as it is.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
export function bufferedResponse(streamed: Buffer): Buffer {
  const end = streamed.indexOf(PRELUDE_END);
  if (end === -1) return streamed;
  let prelude: unknown;
  try {
    prelude = JSON.parse(streamed.toString('utf8', 0, end));
  } catch {
    return streamed;
  }
  const body = streamed.subarray(end + PRELUDE_END.length);
  const isText = isUtf8(body);
  return Buffer.from(
    JSON.stringify({
      statusCode: 200,
      ...Object(prelude),
      body: body.toString(isText ? 'utf8' : 'base64'),
      isBase64Encoded: !isText,
    }),
  );
}
