import {
  decode,
  type GatewayRequest,
  pathParameters,
  queryParameters,
  requestHeaders,
  requestTime,
} from './gateway-request.ts';
import { encodeBody } from './media-types.ts';

/**
 * Makes the event of payload format 2.0: repeated headers and parameters joined by commas, cookies apart.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function payloadV2(request: GatewayRequest) {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (const [name, value] of requestHeaders(request, false)) {
    if (name === 'cookie') cookies.push(...value.split(/;\s*/));
    else join(headers, name, value);
  }
  const { api, stage, match, caller } = request;
  // The URL of a function hands paths on as they were sent.
  const path = api.kind === 'url' ? request.rawPath : decode(request.rawPath);
  const parameters = pathParameters(request, true);
  const body = encodeBody(request);
  return {
    version: '2.0',
    routeKey: match.route.routeKey,
    rawPath: path,
    rawQueryString: request.rawQuery,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(request.rawQuery !== '' && { queryStringParameters: joined(queryParameters(request.rawQuery)) }),
    requestContext: {
      accountId: api.kind === 'url' && caller === undefined ? 'anonymous' : request.accountId,
      apiId: api.id,
      ...(caller?.authorizer !== undefined && { authorizer: caller.authorizer }),
      domainName: request.domainName,
      domainPrefix: api.id,
      http: {
        method: request.method,
        path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: request.userAgent,
      },
      requestId: request.requestId,
      routeKey: match.route.routeKey,
      stage: stage.name,
      time: requestTime(request.timeMs),
      timeEpoch: request.timeMs,
    },
    ...(parameters !== undefined && { pathParameters: parameters }),
    ...(stage.variables !== undefined && { stageVariables: stage.variables }),
    ...(body.text !== undefined && { body: body.text }),
    isBase64Encoded: body.isBase64Encoded,
  };
}

function joined(entries: readonly [string, string][]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of entries) join(values, name, value);
  return values;
}

function join(values: Record<string, string>, name: string, value: string): void {
  values[name] = Object.hasOwn(values, name) ? `${values[name]},${value}` : value;
}
