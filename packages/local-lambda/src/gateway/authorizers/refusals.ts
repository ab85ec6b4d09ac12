import type { ApiDefinition } from '../../deployment-package/api.ts';
import { type GatewayAnswer, gatewayMessage } from '../answer.ts';

/** What an API answers to a request that it does not let through. */
export interface Refusals {
  /** An identity source is missing, or the authorizer says that the caller is nobody. */
  readonly unauthorized: GatewayAnswer;
  /** No statement of the policy allows the call. */
  readonly notAllowed: GatewayAnswer;
  /** A statement denies it. */
  readonly denied: GatewayAnswer;
  /** The authorizer failed, or its answer cannot be understood. */
  readonly failed: GatewayAnswer;
  /** The request is not signed, or has no or no known API key. */
  readonly missingSignature: GatewayAnswer;
  readonly unknownKey: GatewayAnswer;
  readonly expiredSignature: GatewayAnswer;
  readonly wrongSignature: GatewayAnswer;
  readonly noApiKey: GatewayAnswer;
}

const FORBIDDEN = gatewayMessage(403, 'Forbidden');
const REST_FORBIDDEN = gatewayMessage(403, 'Forbidden', 'ForbiddenException', 'INVALID_API_KEY');
const INVALID_SIGNATURE = 'InvalidSignatureException';

const HTTP_REFUSALS: Refusals = {
  unauthorized: gatewayMessage(401, 'Unauthorized'),
  notAllowed: FORBIDDEN,
  denied: FORBIDDEN,
  failed: gatewayMessage(500, 'Internal Server Error'),
  missingSignature: FORBIDDEN,
  unknownKey: FORBIDDEN,
  expiredSignature: FORBIDDEN,
  wrongSignature: FORBIDDEN,
  noApiKey: FORBIDDEN,
};

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
export const REFUSALS: Readonly<Record<ApiDefinition['kind'], Refusals>> = {
  url: HTTP_REFUSALS,
  http: HTTP_REFUSALS,
  rest: {
    unauthorized: gatewayMessage(401, 'Unauthorized', 'UnauthorizedException', 'UNAUTHORIZED'),
    notAllowed: accessDenied('User is not authorized to access this resource'),
    denied: accessDenied('User is not authorized to access this resource with an explicit deny'),
    failed: {
      ...gatewayMessage(500, '', 'AuthorizerConfigurationException', 'AUTHORIZER_CONFIGURATION_ERROR'),
      body: '{"message":null}',
    },
    missingSignature: gatewayMessage(
      403,
      'Missing Authentication Token',
      'MissingAuthenticationTokenException',
      'MISSING_AUTHENTICATION_TOKEN',
    ),
    unknownKey: gatewayMessage(
      403,
      'The security token included in the request is invalid.',
      'UnrecognizedClientException',
      'INVALID_SIGNATURE',
    ),
    expiredSignature: gatewayMessage(403, 'Signature expired', INVALID_SIGNATURE, 'EXPIRED_TOKEN'),
    wrongSignature: gatewayMessage(
      403,
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      INVALID_SIGNATURE,
      'INVALID_SIGNATURE',
    ),
    noApiKey: REST_FORBIDDEN,
  },
};

/** The one message that API Gateway writes with a capital letter. */
function accessDenied(text: string): GatewayAnswer {
  const answer = gatewayMessage(403, text, 'AccessDeniedException', 'ACCESS_DENIED');
  return { ...answer, body: JSON.stringify({ Message: text }) };
}
