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
 * Makes the event of payload format 1.0: the last of repeated headers and parameters, and all of them beside it.
 *
 * A REST API knows no `version`, keeps the case of headers and the encoding of paths, and names its stage in
 * `requestContext.path`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function payloadV1(request: GatewayRequest) {
  const { api, stage, rawPath, match, caller } = request;
  const isRest = api.kind === 'rest';
  const all = requestHeaders(request, isRest);
  const headers = Object.fromEntries(all);
  const query = queryParameters(request.rawQuery);
  const path = isRest ? match.path : decode(rawPath);
  const body = encodeBody(request);
  return {
    ...(!isRest && { version: '1.0' }),
    resource: match.route.path,
    path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: multiValue(all),
    queryStringParameters: query.length === 0 ? null : Object.fromEntries(query),
    multiValueQueryStringParameters: query.length === 0 ? null : multiValue(query),
    requestContext: {
      accountId: request.accountId,
      apiId: api.id,
      ...(caller?.authorizer !== undefined && { authorizer: caller.authorizer }),
      domainName: request.domainName,
      domainPrefix: api.id,
      extendedRequestId: request.requestId,
      httpMethod: request.method,
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: request.sourceIp,
        user: null,
        userAgent: request.userAgent,
        userArn: null,
        ...caller?.identity,
      },
      path: isRest ? `/${stage.name}${match.path}` : path,
      protocol: request.protocol,
      requestId: request.requestId,
      requestTime: requestTime(request.timeMs),
      requestTimeEpoch: request.timeMs,
      resourceId: match.route.resourceId,
      resourcePath: match.route.path,
      stage: stage.name,
    },
    pathParameters: pathParameters(request, !isRest) ?? null,
    stageVariables: stage.variables ?? null,
    body: body.text ?? null,
    isBase64Encoded: body.isBase64Encoded,
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
