import type { GatewayRequest } from './gateway-request.ts';

/**
 * Media types whose bodies an HTTP API hands on as text; all others, and bodies without a type, travel in base64.
 * AWS's documentation does not list them: they were tried on AWS.
 * @see https://github.com/ministackorg/ministack/pull/766
 */
const TEXT_TYPE = /^\s*(?:text\/[^;]*|application\/(?:json|javascript|xml))\s*(?:;|$)/i;

/** A body as an event carries it; without body `text` is undefined. */
export interface EncodedBody {
  readonly text: string | undefined;
  readonly isBase64Encoded: boolean;
}

const NO_BODY: EncodedBody = { text: undefined, isBase64Encoded: false };

/** A body as API Gateway hands it on: as text where its type says text, else in base64. */
export function encodeBody({ api, body, contentType }: GatewayRequest): EncodedBody {
  if (body.length === 0) return NO_BODY;
  const isBase64Encoded =
    api.kind === 'rest'
      ? // Without a type a REST API takes a body for JSON.
        isBinary(contentType ?? 'application/json', api.binaryMediaTypes)
      : contentType === undefined || !TEXT_TYPE.test(contentType);
  return { text: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

/**
 * Whether a REST API decodes an answer in base64: the first media type that the client accepts is a binary one.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
 */
export function acceptsBinary(accept: string | undefined, binaryMediaTypes: readonly string[]): boolean {
  return isBinary(accept?.split(',', 1)[0] ?? '', binaryMediaTypes);
}

/** Whether a media type is one of a list, in which `*` stands for any type or subtype. */
function isBinary(mediaType: string, binaryMediaTypes: readonly string[]): boolean {
  if (binaryMediaTypes.length === 0) return false;
  const type = mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return binaryMediaTypes.some(
    (binary) =>
      binary === '*/*' || binary === type || (binary.endsWith('/*') && type.startsWith(binary.slice(0, -1))),
  );
}
