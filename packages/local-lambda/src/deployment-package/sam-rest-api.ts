import type { Template, TemplateResource } from './cloudformation.ts';

type Properties = Readonly<Record<string, unknown>>;
type Resources = Record<string, TemplateResource>;

const ALL_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/**
 * What SAM makes of the `GatewayResponses` and `Models` of an `AWS::Serverless::Api`.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html
 */
export function restApiParts(apiId: string, { GatewayResponses, Models }: Properties): Resources {
  const RestApiId = { Ref: apiId };
  const responses = Object.entries(Object(GatewayResponses) as Properties).map(([ResponseType, value]) => {
    const { StatusCode, ResponseParameters, ResponseTemplates } = Object(value) as Properties;
    const { Headers } = Object(ResponseParameters) as Properties;
    const headers = Object.entries(Object(Headers) as Properties).map(([name, header]) => [
      `gatewayresponse.header.${name}`,
      header,
    ]);
    const Properties = {
      RestApiId,
      ResponseType,
      ...(StatusCode !== undefined && { StatusCode }),
      ResponseParameters: Object.fromEntries(headers),
      ...(ResponseTemplates !== undefined && { ResponseTemplates }),
    };
    return [`${apiId}${ResponseType}`, { Type: 'AWS::ApiGateway::GatewayResponse', Properties }];
  });
  const models = Object.entries(Object(Models) as Properties).map(([Name, Schema]) => [
    `${apiId}Model${Name}`,
    { Type: 'AWS::ApiGateway::Model', Properties: { RestApiId, Name, Schema } },
  ]);
  return Object.fromEntries([...responses, ...models]);
}

/**
 * What an event of type `Api` demands of its requests (`RequestModel`, `RequestParameters`).
 * @returns properties of its method, and the validator that they name.
 */
export function eventRequest(
  id: string,
  RestApiId: unknown,
  { RequestModel, RequestParameters }: Properties,
): { readonly properties: Properties; readonly resources: Resources } {
  const { Model, ValidateBody, ValidateParameters } = Object(RequestModel) as Properties;
  const parameters = (Array.isArray(RequestParameters) ? RequestParameters : []).flatMap((one) =>
    typeof one === 'string'
      ? [[one, false]]
      : Object.entries(Object(one) as Properties).map(([name, value]) => [
          name,
          (Object(value) as Properties)['Required'] === true,
        ]),
  );
  const validates = ValidateBody === true || ValidateParameters === true;
  return {
    properties: {
      ...(parameters.length > 0 && { RequestParameters: Object.fromEntries(parameters) }),
      ...(Model !== undefined && { RequestModels: { 'application/json': Model } }),
      ...(validates && { RequestValidatorId: { Ref: `${id}Validator` } }),
    },
    resources: validates
      ? {
          [`${id}Validator`]: {
            Type: 'AWS::ApiGateway::RequestValidator',
            Properties: {
              RestApiId,
              ValidateRequestBody: ValidateBody === true,
              ValidateRequestParameters: ValidateParameters === true,
            },
          },
        }
      : {},
  };
}

/** What a REST API answers to preflight requests, as SAM's `Cors` says it. */
export function preflightOf({ Cors, Auth }: Properties, defaultAuth: Properties): Properties {
  if (Cors === undefined) return {};
  const { AddDefaultAuthorizerToCorsPreflight: guarded } = Object(Auth) as Properties;
  return { Preflight: { Cors, Auth: guarded === false ? {} : defaultAuth } };
}

/** Adds the method `OPTIONS` to every path of the APIs that have SAM's `Cors`, where there is none. */
export function expandPreflights(template: Template): Template {
  const methods = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type === 'AWS::ApiGateway::Method',
  );
  const resources: Resources = {};
  const options: Resources = {};
  for (const [apiId, resource] of Object.entries(template.Resources)) {
    const { Preflight, ...Properties } = resource.Properties ?? {};
    resources[apiId] = Preflight === undefined ? resource : { ...resource, Properties };
    if (Preflight === undefined) continue;
    const { Cors, Auth } = Preflight as { readonly Cors: unknown; readonly Auth: Properties };
    const own = methods.filter(([, method]) => isOf(apiId, method.Properties));
    const byPath = new Map<string, [string, TemplateResource][]>();
    for (const one of own) {
      const path = JSON.stringify(one[1].Properties?.['ResourceId']);
      byPath.set(path, [...(byPath.get(path) ?? []), one]);
    }
    for (const [path, [first, ...others]] of byPath) {
      if (first === undefined) continue;
      const names = [first, ...others].map(([, method]) => String(method.Properties?.['HttpMethod']));
      if (names.includes('OPTIONS')) continue;
      const [id, { Condition }] = first;
      options[`${id}Options`] = {
        ...(Condition !== undefined && { Condition }),
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          RestApiId: { Ref: apiId },
          HttpMethod: 'OPTIONS',
          ResourceId: JSON.parse(path),
          ...Auth,
          Integration: preflightIntegration(Cors, names),
        },
      };
    }
  }
  return { ...template, Resources: { ...resources, ...options } };
}

function isOf(apiId: string, { RestApiId }: Properties = {}): boolean {
  return ((Object(RestApiId) as { Ref?: unknown }).Ref ?? RestApiId) === apiId;
}

/** Of a text, which is the origin, or of an object; the values have quotes of their own. */
function preflightIntegration(cors: unknown, methods: readonly string[]): Properties {
  const isText = typeof cors === 'string' || (typeof cors === 'object' && cors !== null && isIntrinsic(cors));
  const { AllowOrigin, AllowHeaders, AllowMethods, MaxAge, AllowCredentials } = (
    isText ? { AllowOrigin: cors } : Object(cors)
  ) as Properties;
  const all = methods.includes('ANY') ? ALL_METHODS : [...new Set([...methods, 'OPTIONS'])].sort();
  const headers = {
    Origin: AllowOrigin,
    Headers: AllowHeaders,
    Methods: AllowMethods ?? `'${all.join(',')}'`,
    'Max-Age': MaxAge,
    Credentials: AllowCredentials === true ? "'true'" : undefined,
  };
  const parameters = Object.entries(headers).flatMap(([name, value]) => {
    const header = name === 'Max-Age' ? 'Access-Control-Max-Age' : `Access-Control-Allow-${name}`;
    return value === undefined ? [] : [[`method.response.header.${header}`, value]];
  });
  return {
    Type: 'MOCK',
    RequestTemplates: { 'application/json': '{"statusCode": 200}' },
    IntegrationResponses: [
      {
        StatusCode: 200,
        ResponseParameters: Object.fromEntries(parameters),
        ResponseTemplates: { 'application/json': '{}' },
      },
    ],
  };
}

function isIntrinsic(value: object): boolean {
  const [name = '', ...others] = Object.keys(value);
  return others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
}
