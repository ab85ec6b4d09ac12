import type { RequestValidation } from '../deployment-package/api.ts';
import { type GatewayAnswer, gatewayMessage } from './answer.ts';
import type { GatewayRequest } from './gateway-request.ts';
import { templateInput } from './template-input.ts';

const BAD_REQUEST = 'BadRequestException';

/**
 * Checks a request as its method demands: the parameters first, then the body by its media type. A body of a type
 * that has no model passes, as on AWS.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
export function invalidRequest(
  request: GatewayRequest,
  { parameters, bodies }: RequestValidation,
): GatewayAnswer | undefined {
  const input = templateInput(request);
  const missing = parameters.filter(({ place, name }) => (input.parameter(place, name) ?? '').trim() === '');
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    const message = `Missing required request parameters: [${names}]`;
    return gatewayMessage(400, message, BAD_REQUEST, 'BAD_REQUEST_PARAMETERS');
  }
  const type = (request.contentType ?? 'application/json').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const check = bodies.get(type) ?? bodies.get('$default');
  const problem = check?.(parsed(input.body));
  if (problem === undefined) return undefined;
  const answer = gatewayMessage(400, 'Invalid request body', BAD_REQUEST, 'BAD_REQUEST_BODY');
  return { ...answer, detail: `[${problem}]` };
}

/** What is no JSON is of no type that a schema knows. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
