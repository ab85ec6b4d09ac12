import { definitionReader, isMap, type Properties, type Resources } from './openapi-document.ts';

const JSON_TYPE = 'application/json';
const VALIDATOR = 'x-amazon-apigateway-request-validator';
const PLACES: Readonly<Record<string, string>> = { query: 'querystring', header: 'header', path: 'path' };

/** The schemas of a document, as models of its API, and its validators. */
export function modelsOf(apiId: string, document: Properties): Resources {
  const RestApiId = { Ref: apiId };
  const components = Object(document['components']) as Properties;
  const schemas = { ...Object(document['definitions']), ...Object(components['schemas']) } as Properties;
  const models = Object.entries(schemas).map(([Name, Schema]) => [
    modelId(apiId, Name),
    { Type: 'AWS::ApiGateway::Model', Properties: { RestApiId, Name, Schema } },
  ]);
  const validators = Object.entries(Object(document[`${VALIDATOR}s`]) as Properties).map(([name, value]) => {
    const { validateRequestBody, validateRequestParameters } = Object(value) as Properties;
    const Properties = {
      RestApiId,
      ValidateRequestBody: validateRequestBody ?? false,
      ValidateRequestParameters: validateRequestParameters ?? false,
    };
    return [validatorId(apiId, name), { Type: 'AWS::ApiGateway::RequestValidator', Properties }];
  });
  return Object.fromEntries([...models, ...validators]);
}

/**
 * What a method demands of a request: its parameters, the models of its body and its validator.
 * @returns properties of the method, and models for schemas that have no name.
 */
export function requestOf(
  apiId: string,
  methodId: string,
  document: Properties,
  { operation, shared }: { readonly operation: Properties; readonly shared: Properties },
): { readonly properties: Properties; readonly models: Resources } {
  const find = definitionReader(document);
  const list = (value: unknown) => (Array.isArray(value) ? value : []).map(find);
  const parameters = [...list(shared['parameters']), ...list(operation['parameters'])];
  const named = parameters.flatMap(({ name, in: place, required }) => {
    const where = PLACES[String(place)];
    return where === undefined ? [] : [[`method.request.${where}.${name}`, required === true]];
  });
  const models: Resources = {};
  const bodies = bodySchemas(find, operation, parameters, document).map(([type, schema], i) => {
    const [, name] =
      /^#\/(?:components\/schemas|definitions)\/(.+)$/.exec(String(Object(schema)['$ref'])) ?? [];
    if (name !== undefined) return [type, name];
    const Name = `${methodId} ${i}`;
    const Properties = { RestApiId: { Ref: apiId }, Name, Schema: schema };
    models[modelId(apiId, Name)] = { Type: 'AWS::ApiGateway::Model', Properties };
    return [type, Name];
  });
  const validator = operation[VALIDATOR] ?? document[VALIDATOR];
  return {
    properties: {
      ...(named.length > 0 && { RequestParameters: Object.fromEntries(named) }),
      ...(bodies.length > 0 && { RequestModels: Object.fromEntries(bodies) }),
      ...(validator !== undefined && { RequestValidatorId: { Ref: validatorId(apiId, String(validator)) } }),
    },
    models,
  };
}

/** The schemas of a body by media type; of OpenAPI 2 a parameter in the body, by what the operation consumes. */
function bodySchemas(
  find: (value: unknown) => Properties,
  operation: Properties,
  parameters: readonly Properties[],
  document: Properties,
): [string, unknown][] {
  const content = Object(find(operation['requestBody'])['content']) as Properties;
  const inContent = Object.entries(content).flatMap(([type, media]): [string, unknown][] =>
    isMap(media) && isMap(media['schema']) ? [[type, media['schema']]] : [],
  );
  const body = parameters.find((parameter) => parameter['in'] === 'body');
  if (body === undefined) return inContent;
  const types = operation['consumes'] ?? document['consumes'] ?? [JSON_TYPE];
  return (Array.isArray(types) ? types : [JSON_TYPE]).map((type) => [String(type), body['schema']]);
}

function modelId(apiId: string, name: string): string {
  return `${apiId} model ${name}`;
}

function validatorId(apiId: string, name: string): string {
  return `${apiId} validator ${name}`;
}
