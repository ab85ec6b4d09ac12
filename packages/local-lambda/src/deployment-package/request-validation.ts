import { createRequire } from 'node:module';
import type { Ajv, ValidateFunction } from 'ajv';
import { LocalLambdaError } from '../local-lambda-error.ts';
import type { RequestValidation } from './api.ts';
import type { ParameterPlace } from './mapping-template.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';

/** Finds what a method demands of its requests; undefined: nothing is checked. */
export type ReadValidation = (method: ResolvedResource) => RequestValidation | undefined;

/** Models that every API has; they take everything. */
const BUILT_IN = ['Empty', 'Error'];

/**
 * Makes the reader of what the methods of a REST API check, by their validators and models.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 * @returns a function that throws a LocalLambdaError when a model is no schema.
 */
export function validationReader(loaded: LoadedTemplate, apiId: string): ReadValidation {
  const isOwn = ({ properties }: ResolvedResource) => String(properties['RestApiId']) === apiId;
  const validators = new Map(
    resourcesOfType(loaded, 'AWS::ApiGateway::RequestValidator')
      .filter(isOwn)
      .map((validator) => [validator.logicalId, validator.properties]),
  );
  const models = resourcesOfType(loaded, 'AWS::ApiGateway::Model').filter(isOwn);
  const checkOf = modelChecks(models);

  return ({ logicalId, properties }) => {
    const { RequestValidatorId, RequestParameters, RequestModels } = properties;
    if (RequestValidatorId === undefined) return undefined;
    const at = `Resources.${logicalId}.Properties`;
    const validator = validators.get(String(RequestValidatorId));
    if (validator === undefined) {
      throw new LocalLambdaError(
        `${at}.RequestValidatorId: ${String(RequestValidatorId)} is no validator of this API`,
      );
    }
    const { ValidateRequestBody: body, ValidateRequestParameters: parameters } = validator;
    return {
      parameters: String(parameters) === 'true' ? requiredParameters(RequestParameters) : [],
      bodies: new Map(
        Object.entries(String(body) === 'true' ? (Object(RequestModels) as object) : {}).map(
          ([type, model]) => [type.toLowerCase(), checkOf(String(model), `${at}.RequestModels.${type}`)],
        ),
      ),
    };
  };
}

function requiredParameters(parameters: unknown): RequestValidation['parameters'] {
  return Object.entries(Object(parameters) as object).flatMap(([key, required]) => {
    const [, place, name = ''] = /^method\.request\.(path|querystring|header)\.(.+)$/.exec(key) ?? [];
    if (place === undefined || String(required) !== 'true') return [];
    return [{ place: place as ParameterPlace, name }];
  });
}

type Check = (value: unknown) => string | undefined;

/** A schema is compiled when a method uses it. */
function modelChecks(models: readonly ResolvedResource[]): (name: string, at: string) => Check {
  let ajv: Ajv | undefined;
  const load = (): Ajv => {
    // Loading it takes longer than all the rest of a start, and few templates have models.
    const { Ajv: Validator } = createRequire(import.meta.url)('ajv') as typeof import('ajv');
    const made = new Validator({
      strict: false,
      validateFormats: false,
      validateSchema: false,
      logger: false,
    });
    for (const { logicalId, properties } of models) {
      const schema = parsedSchema(properties['Schema']);
      for (const name of new Set([logicalId, String(properties['Name'] ?? logicalId)])) {
        if (made.getSchema(modelUri(name)) === undefined) made.addSchema(schema, modelUri(name));
      }
    }
    return made;
  };
  return (name, at) => {
    if (BUILT_IN.includes(name)) return () => undefined;
    let validate: ValidateFunction | undefined;
    try {
      ajv ??= load();
      validate = ajv.getSchema(modelUri(name));
    } catch (cause) {
      throw new LocalLambdaError(`${at}: the model ${name} is no JSON schema (${(cause as Error).message})`, {
        cause,
      });
    }
    if (validate === undefined) throw new LocalLambdaError(`${at}: ${name} is no model of this API`);
    const check = validate;
    return (value) => (check(value) ? undefined : (ajv?.errorsText(check.errors, { dataVar: '' }) ?? ''));
  };
}

function modelUri(name: string): string {
  return `model:${encodeURIComponent(name)}`;
}

function parsedSchema(schema: unknown): object {
  const parsed: unknown = typeof schema === 'string' ? JSON.parse(schema) : schema;
  const own = Object.keys(Object((Object(parsed) as { definitions?: unknown }).definitions));
  return Object(modern(parsed, false, own)) as object;
}

/** Words whose values are schemas by name. */
const MAPS = ['properties', 'patternProperties', 'definitions'];

/** References to another model: by its address, or within an OpenAPI document. */
const REFERENCE =
  /^(?:https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]+\/models\/|#\/(?:components\/schemas|definitions)\/)([^/]+)$/;

/**
 * Makes a schema of draft 4, which API Gateway speaks, one of draft 7, which ajv does.
 * @param isMap the keys are names of properties, not words of the schema.
 * @param own names of definitions within the schema itself.
 */
function modern(schema: unknown, isMap: boolean, own: readonly string[]): unknown {
  if (Array.isArray(schema)) return schema.map((item) => modern(item, false, own));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    if (isMap) return [[key, modern(value, false, own)]];
    const word = modernWord(key, value, schema as Record<string, unknown>, own);
    return word === undefined ? [] : [[key, word]];
  });
  return Object.fromEntries(entries);
}

/** The value of one word of a schema; undefined: the word goes. */
function modernWord(
  key: string,
  value: unknown,
  { minimum, maximum }: Readonly<Record<string, unknown>>,
  own: readonly string[],
): unknown {
  switch (key) {
    case '$schema':
    case 'id':
      return undefined;
    case '$ref': {
      const [, name] = REFERENCE.exec(String(value)) ?? [];
      return name === undefined || own.includes(name) ? value : modelUri(name);
    }
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      if (value === false) return undefined;
      return value === true ? (key === 'exclusiveMinimum' ? minimum : maximum) : value;
    case 'enum':
    case 'const':
    case 'default':
    case 'example':
      return value;
    default:
      return modern(value, MAPS.includes(key), own);
  }
}
