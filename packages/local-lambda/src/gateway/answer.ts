import type { Readable } from 'node:stream';
import type { ApiDefinition } from '../deployment-package/api.ts';

/** What the gateway sends back. */
export interface GatewayAnswer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** As text where it is text: head and body then leave in one write. A stream leaves as it comes. */
  readonly body: string | Buffer | Readable;
  /** The environment that answered; undefined: none did. */
  readonly environmentId?: string | undefined;
  /** Of a REST API's own answers: what templates call it. */
  readonly responseType?: ResponseType;
  /** … and what exactly is wrong with the request. */
  readonly detail?: string;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
export type ResponseType =
  | 'ACCESS_DENIED'
  | 'AUTHORIZER_CONFIGURATION_ERROR'
  | 'BAD_REQUEST_BODY'
  | 'BAD_REQUEST_PARAMETERS'
  | 'DEFAULT_5XX'
  | 'EXPIRED_TOKEN'
  | 'INTEGRATION_TIMEOUT'
  | 'INVALID_API_KEY'
  | 'INVALID_SIGNATURE'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'REQUEST_TOO_LARGE'
  | 'UNAUTHORIZED';

/** The header that names the environment which answered. */
export const ENVIRONMENT_HEADER = 'x-local-lambda-environment';

const JSON_TYPE = ['content-type', 'application/json'] as const;

/**
 * An answer of API Gateway itself.
 * @param errorType is what REST APIs name beside it.
 */
export function gatewayMessage(
  status: number,
  message: string,
  errorType?: string,
  responseType?: ResponseType,
): GatewayAnswer {
  const type = errorType === undefined ? [] : ['x-amzn-errortype', errorType];
  return {
    status,
    headers: [...JSON_TYPE, ...type],
    body: JSON.stringify({ message }),
    ...(responseType !== undefined && { responseType }),
  };
}

/** The answers that an API gives by itself, when no function's answer is to be had. */
export interface OwnAnswers {
  /** No route fits. */
  readonly notFound: GatewayAnswer;
  /** The function failed, or its response cannot be understood. */
  readonly failed: GatewayAnswer;
  /** The function is throttled. */
  readonly throttled: GatewayAnswer;
  /** The function is too slow for the integration. */
  readonly timedOut: GatewayAnswer;
  /** The body is above the limit of an event. */
  readonly tooLarge: GatewayAnswer;
}

/** The answer to a body above the limit. */
export const TOO_LARGE = gatewayMessage(413, 'Request Entity Too Large');

const UNAVAILABLE = gatewayMessage(503, 'Service Unavailable');
const URL_FAILED: GatewayAnswer = {
  status: 502,
  headers: ['content-type', 'text/plain'],
  body: 'Internal Server Error',
};
const REST_FAULT = 'InternalServerErrorException';
const BAD_GATEWAY = gatewayMessage(502, 'Internal server error', REST_FAULT, 'DEFAULT_5XX');

/**
 * What HTTP APIs, REST APIs and URLs of functions answer by themselves.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const OWN_ANSWERS: Readonly<Record<ApiDefinition['kind'], OwnAnswers>> = {
  http: {
    notFound: gatewayMessage(404, 'Not Found'),
    failed: gatewayMessage(500, 'Internal Server Error'),
    throttled: UNAVAILABLE,
    timedOut: UNAVAILABLE,
    tooLarge: TOO_LARGE,
  },
  url: {
    notFound: gatewayMessage(404, 'Not Found'),
    failed: URL_FAILED,
    throttled: { ...gatewayMessage(429, ''), body: '{"Message":"Rate Exceeded."}' },
    timedOut: URL_FAILED,
    tooLarge: TOO_LARGE,
  },
  rest: {
    notFound: gatewayMessage(
      403,
      'Missing Authentication Token',
      'MissingAuthenticationTokenException',
      'MISSING_AUTHENTICATION_TOKEN',
    ),
    failed: BAD_GATEWAY,
    throttled: BAD_GATEWAY,
    timedOut: gatewayMessage(504, 'Endpoint request timed out', REST_FAULT, 'INTEGRATION_TIMEOUT'),
    tooLarge: gatewayMessage(413, 'Request Too Long', 'RequestTooLargeException', 'REQUEST_TOO_LARGE'),
  },
};

/** The answer to a request for another host (DNS rebinding). */
export const FORBIDDEN = gatewayMessage(403, 'Forbidden');
