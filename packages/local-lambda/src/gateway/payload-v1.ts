import {
  decode,
  encodeBody,
  type GatewayRequest,
  pathParameters,
  queryParameters,
  requestHeaders,
  requestTime,
} from './gateway-request.ts';

/**
 * Makes the event of payload format 1.0: the last of repeated headers and parameters, and all of them beside it.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function payloadV1(request: GatewayRequest): object {
  const all = requestHeaders(request);
  const headers = Object.fromEntries(all);
  const query = queryParameters(request.rawQuery);
  const { route } = request.match;
  const path = decode(request.rawPath);
  const body = request.body.length === 0 ? undefined : encodeBody(request.body, headers['content-type']);
  return {
    version: '1.0',
    resource: route.path,
    path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: multiValue(all),
    queryStringParameters: query.length === 0 ? null : Object.fromEntries(query),
    multiValueQueryStringParameters: query.length === 0 ? null : multiValue(query),
    requestContext: {
      accountId: request.accountId,
      apiId: route.apiId,
      domainName: request.domainName,
      domainPrefix: route.apiId,
      extendedRequestId: request.requestId,
      httpMethod: request.method,
      identity: { sourceIp: request.sourceIp, userAgent: headers['user-agent'] ?? '' },
      path,
      protocol: request.protocol,
      requestId: request.requestId,
      requestTime: requestTime(request.timeMs),
      requestTimeEpoch: request.timeMs,
      resourceId: route.routeKey,
      resourcePath: route.path,
      stage: route.stage,
    },
    pathParameters: pathParameters(request) ?? null,
    stageVariables: null,
    body: body?.body ?? null,
    isBase64Encoded: body?.isBase64Encoded ?? false,
  };
}

function multiValue(entries: readonly [string, string][]): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const [name, value] of entries) {
    const list = Object.hasOwn(values, name) ? values[name] : undefined;
    if (list === undefined) values[name] = [value];
    else list.push(value);
  }
  return values;
}
