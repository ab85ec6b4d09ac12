import type { ApiDefinition } from '../deployment-package/api.ts';
import { LOCAL_ACCOUNT_ID } from '../deployment-package/template.ts';
import { createApiRouter } from '../gateway/api-router.ts';
import type { GatewayRequest } from '../gateway/gateway-request.ts';
import { payloadV1 } from '../gateway/payload-v1.ts';
import { payloadV2 } from '../gateway/payload-v2.ts';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { newTraceId } from '../tracing/trace-id.ts';
import { arnOf, type SampleFields, type SampleSettings } from './sample.ts';

const HOST_NAMES = {
  rest: 'execute-api',
  http: 'execute-api',
  url: 'lambda-url',
} as const;
const USER_AGENT = 'local-lambda';

/**
 * The event of a REST API (payload format 1.0), of an HTTP API or of a function's URL (2.0), made as the gateway makes
 * it.
 * @throws LocalLambdaError when the path does not fit the resource.
 */
export function gatewayEvent(
  kind: ApiDefinition['kind'],
  fields: SampleFields,
  settings: SampleSettings,
): object {
  const request = requestOf(kind, fields, settings);
  return kind === 'rest' ? payloadV1(request) : payloadV2(request);
}

function requestOf(
  kind: ApiDefinition['kind'],
  fields: SampleFields,
  settings: SampleSettings,
): GatewayRequest {
  const { path = '/', body = '', query = {} } = fields;
  const method = fields.method ?? (body === '' ? 'GET' : 'POST');
  const { resource = kind === 'rest' ? proxyOf(path) : '$default' } = fields;
  const api = apiOf(kind, method, resource);
  const match = createApiRouter(api)(method, encodeURI(path));
  if (match === undefined) {
    throw new LocalLambdaError(`--path must fit the --resource ${resource}; got "${path}"`);
  }
  const domainName = `sample.${HOST_NAMES[kind]}.${settings.region}.amazonaws.com`;
  const headers = headersOf(fields, domainName);
  return {
    api,
    stage: match.stage,
    match,
    method,
    rawPath: encodeURI(path),
    rawQuery: new URLSearchParams(query).toString(),
    rawHeaders: Object.entries(headers).flat(),
    body: Buffer.from(body),
    requestId: settings.newId(),
    traceId: newTraceId(settings.nowMs),
    timeMs: settings.nowMs,
    sourceIp: '127.0.0.1',
    protocol: 'HTTP/1.1',
    accountId: LOCAL_ACCOUNT_ID,
    domainName,
    port: '443',
    contentType: headerOf(headers, 'content-type'),
    accept: headerOf(headers, 'accept'),
    userAgent: headerOf(headers, 'user-agent') ?? '',
    caller: undefined,
  };
}

/** A REST API has no default route: what hands on everything is a proxy resource. */
function proxyOf(path: string): string {
  return path === '/' ? path : '/{proxy+}';
}

function apiOf(kind: ApiDefinition['kind'], method: string, resource: string): ApiDefinition {
  const routeKey = resource === '$default' ? resource : `${method} ${resource}`;
  const route = {
    method: resource === '$default' ? 'ANY' : method,
    path: resource,
    routeKey,
    resourceId: kind === 'rest' ? 'sample' : routeKey,
    functionName: 'sample',
    payloadFormat: kind === 'rest' ? ('1.0' as const) : ('2.0' as const),
    timeoutMs: 30_000,
  };
  return {
    kind,
    id: 'sample',
    hostName: 'sample',
    stages: [{ name: kind === 'rest' ? 'dev' : '$default', variables: undefined }],
    routes: [route],
    cors: undefined,
    binaryMediaTypes: [],
    apiKeys: [],
    accessLog: undefined,
  };
}

/** A client's headers, of which those that are given take the place of ours in any case. */
function headersOf({ body, header = {} }: SampleFields, host: string): Record<string, string> {
  const given = new Set(Object.keys(header).map((name) => name.toLowerCase()));
  const own: Record<string, string> = {
    Accept: '*/*',
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
    Host: host,
    'User-Agent': USER_AGENT,
  };
  return {
    ...Object.fromEntries(Object.entries(own).filter(([name]) => !given.has(name.toLowerCase()))),
    ...header,
  };
}

function headerOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/**
 * The event of an Application Load Balancer.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
export function loadBalancerEvent(fields: SampleFields, settings: SampleSettings): object {
  const { path = '/', body = '', query = {} } = fields;
  const encoded = Object.entries(query).map(([name, value]) => [name, encodeURIComponent(value)]);
  const headers = Object.entries(headersOf(fields, 'sample.elb.amazonaws.com'));
  return {
    requestContext: {
      elb: { targetGroupArn: arnOf('elasticloadbalancing', 'targetgroup/sample/1', settings) },
    },
    httpMethod: fields.method ?? (body === '' ? 'GET' : 'POST'),
    path,
    queryStringParameters: Object.fromEntries(encoded),
    headers: {
      ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
      'x-amzn-trace-id': newTraceId(settings.nowMs),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    body,
    isBase64Encoded: false,
  };
}
