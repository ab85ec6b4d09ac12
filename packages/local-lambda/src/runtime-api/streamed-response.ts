import { isUtf8 } from 'node:buffer';

/** The type of a streamed response that brings its own status and headers (`awslambda.HttpResponseStream.from`). */
export const HTTP_RESPONSE_TYPE = 'application/vnd.awslambda.http-integration-response';

/** Stands between the prelude, which is JSON and holds no zero byte, and the body. */
const PRELUDE_END = Buffer.alloc(8);

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
