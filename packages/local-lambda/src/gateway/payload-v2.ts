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
 * Makes the event of payload format 2.0: repeated headers and parameters joined by commas, cookies apart.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function payloadV2(request: GatewayRequest): object {
  const all = requestHeaders(request);
  const headers = joined(all.filter(([name]) => name !== 'cookie'));
  const cookies = all.flatMap(([name, value]) => (name === 'cookie' ? value.split(/;\s*/) : []));
  const { route } = request.match;
  const path = decode(request.rawPath);
  const parameters = pathParameters(request);
  const body = request.body.length === 0 ? undefined : encodeBody(request.body, headers['content-type']);
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: request.rawQuery,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(request.rawQuery !== '' && { queryStringParameters: joined(queryParameters(request.rawQuery)) }),
    requestContext: {
      accountId: request.accountId,
      apiId: route.apiId,
      domainName: request.domainName,
      domainPrefix: route.apiId,
      http: {
        method: request.method,
        path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey: route.routeKey,
      stage: route.stage,
      time: requestTime(request.timeMs),
      timeEpoch: request.timeMs,
    },
    ...(parameters !== undefined && { pathParameters: parameters }),
    ...(body !== undefined && { body: body.body }),
    isBase64Encoded: body?.isBase64Encoded ?? false,
  };
}

function joined(entries: readonly [string, string][]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of entries) {
    values[name] = Object.hasOwn(values, name) ? `${values[name]},${value}` : value;
  }
  return values;
}
