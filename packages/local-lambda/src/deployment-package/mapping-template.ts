import { LocalLambdaError } from '../local-lambda-error.ts';

/** Where a parameter of a request stands. */
export type ParameterPlace = 'path' | 'querystring' | 'header';

/** What a template may ask of a request. */
export interface TemplateInput {
  /** A variable of `$context`, such as `identity.sourceIp`. */
  context(name: string): string | undefined;
  stageVariable(name: string): string | undefined;
  /** @param place undefined: wherever it is, in the order of {@link ParameterPlace}. */
  parameter(place: ParameterPlace | undefined, name: string): string | undefined;
  readonly body: string;
}

/** A template whose references are known. */
export type MappingTemplate = (input: TemplateInput) => string;

const NAME = String.raw`[A-Za-z][\w-]*`;
const REFERENCE = new RegExp(
  [
    String.raw`\$(context|stageVariables)\.(${NAME}(?:\.${NAME})*)`,
    String.raw`\$input\.params\((['"])([^'"]+)\3\)`,
    String.raw`\$input\.params\(\)\.(path|querystring|header)\.(${NAME})`,
    String.raw`\$input\.(json|path)\((['"])(\$[\w.[\]-]*)\8\)`,
    String.raw`\$input\.(body)(?![\w.])`,
  ].join('|'),
  'g',
);
/** A directive, or a variable, of the template language, which none of the known references is. */
const UNKNOWN =
  /#(?:\{?(?:set|if|elseif|else|end|foreach|macro|include|parse|evaluate|define|break|stop)\b|[#*[])|\$!?\{?[A-Za-z]/;

/**
 * Reads a mapping template, as far as it holds references alone: `$context.…`, `$stageVariables.…`,
 * `$input.params('…')`, `$input.params().header.…`, `$input.json('$.…')`, `$input.path('$.…')`, `$input.body`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 * @param at where it stands in the template, for the message.
 * @throws LocalLambdaError naming what it holds else.
 */
export function parseTemplate(text: string, at: string): MappingTemplate {
  const rest = text.replaceAll(REFERENCE, '');
  const found = UNKNOWN.exec(rest);
  if (found !== null) {
    const [what] = /^[#$!{[*\w.]+/.exec(rest.slice(found.index)) ?? found;
    throw new LocalLambdaError(`${at}: a mapping template with ${what} is not evaluated`);
  }
  if (rest === text) return () => text;
  return (input) =>
    text.replaceAll(REFERENCE, (...groups: (string | undefined)[]) => {
      const [, root, name = '', , parameter, place, placed = '', kind, , path = '', body] = groups;
      if (root === 'context') return input.context(name) ?? '';
      if (root === 'stageVariables') return input.stageVariable(name) ?? '';
      if (parameter !== undefined) return input.parameter(undefined, parameter) ?? '';
      if (place !== undefined) return input.parameter(place as ParameterPlace, placed) ?? '';
      return body === undefined ? ofBody(kind === 'json', path, input.body) : input.body;
    });
}

/**
 * Reads the value of a mapped header: a text in single quotes, or a reference such as `context.requestId`,
 * `stageVariables.x` or `method.request.header.Origin`.
 * @returns undefined when it is none of these; there is no such header then.
 */
export function parseMappedValue(value: unknown): ((input: TemplateInput) => string | undefined) | undefined {
  const text = String(value);
  const [, literal] = /^'(.*)'$/s.exec(text) ?? [];
  if (literal !== undefined) return () => literal;
  const [, place, name = ''] =
    /^(context|stageVariables|method\.request\.(?:path|querystring|header))\.(.+)$/.exec(text) ?? [];
  if (place === 'context') return (input) => input.context(name);
  if (place === 'stageVariables') return (input) => input.stageVariable(name);
  if (place === undefined) return undefined;
  const where = place.replace('method.request.', '') as ParameterPlace;
  return (input) => input.parameter(where, name);
}

/** A part of a body in JSON by a path such as `$.sheep[0].weight`. */
function ofBody(asJson: boolean, path: string, body: string): string {
  let found: unknown;
  try {
    found = JSON.parse(body || '{}');
  } catch {
    return asJson ? '{}' : '';
  }
  for (const [, name, index] of path.matchAll(/\.([\w-]+)|\[(\d+)\]/g)) {
    const key = name ?? index ?? '';
    found = Object.hasOwn(Object(found), key) ? (Object(found) as Record<string, unknown>)[key] : undefined;
  }
  if (asJson) return JSON.stringify(found) ?? '';
  return typeof found === 'object' && found !== null ? JSON.stringify(found) : String(found ?? '');
}
