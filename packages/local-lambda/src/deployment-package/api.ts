import type { ApiKey } from './api-keys.ts';
import type { Authorization } from './authorizers.ts';
import type { MappingTemplate, ParameterPlace, TemplateInput } from './mapping-template.ts';

/** One route of an HTTP or REST API with the function behind it. */
export interface RouteDefinition {
  /** `GET`, … or `ANY`; `$default` has `ANY`. */
  readonly method: string;
  /** Such as `/sheep/{tattoo}` or `/any/{proxy+}`; `$default` matches what no other route does. */
  readonly path: string;
  /** As API Gateway names it: `GET /sheep/{tattoo}` or `$default`. */
  readonly routeKey: string;
  /** What the event calls `resourceId`: of a REST API its resource, of an HTTP API the route key. */
  readonly resourceId: string;
  /** With the alias or version that is called, such as `orders:live`; empty where no function is. */
  readonly functionName: string;
  /** By stage, where variables of the stages decide it. */
  readonly functionNames?: Readonly<Record<string, string>>;
  readonly payloadFormat: '1.0' | '2.0';
  /** Milliseconds that API Gateway waits for the function, 50 to 30 000. */
  readonly timeoutMs: number;
  /** The function's response is passed on as it comes. */
  readonly streamed?: boolean;
  /** Who may call it; undefined: everybody. */
  readonly authorization?: Authorization | undefined;
  readonly apiKeyRequired?: boolean;
  /** What a REST API demands of a request before it asks the function. */
  readonly validation?: RequestValidation | undefined;
  /** What a REST API answers by itself (an integration of type `MOCK`), in place of a function. */
  readonly mock?: MockAnswer;
}

/** An answer without function; its headers are names and values in turn. */
export interface FixedAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Makes the answer of a mock integration. */
export type MockAnswer = (input: TemplateInput) => FixedAnswer;

/** What a method of a REST API checks. */
export interface RequestValidation {
  /** Parameters that must be there, and not blank. */
  readonly parameters: readonly { readonly place: ParameterPlace; readonly name: string }[];
  /** Says what is wrong with a body, by its media type or `$default`; undefined: nothing is. */
  readonly bodies: ReadonlyMap<string, (value: unknown) => string | undefined>;
}

/** The form that a template gives to an answer of the API itself. */
export interface GatewayResponseDefinition {
  /** Undefined: the one that it has. */
  readonly status: number | undefined;
  readonly headers: readonly (readonly [name: string, value: (input: TemplateInput) => string | undefined])[];
  /** By media type; empty: the body stays as it is. */
  readonly templates: readonly (readonly [type: string, text: MappingTemplate])[];
}

/** A stage of an API. */
export interface StageDefinition {
  /** `$default` is served at the root of the API, every other stage below its name. */
  readonly name: string;
  readonly variables: Readonly<Record<string, string>> | undefined;
}

/** CORS settings of an HTTP API, as in its `CorsConfiguration`. */
export interface CorsDefinition {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  /** Seconds; undefined: no `access-control-max-age`. */
  readonly maxAge: number | undefined;
}

/** One API of a deployment package. */
export interface ApiDefinition {
  /** `url`: the URL of one function. */
  readonly kind: 'http' | 'rest' | 'url';
  /** Its logical id. */
  readonly id: string;
  /** Its logical id and its stack's name, such as `HttpApi.orders-dev`, in lower case; part of a host name. */
  readonly hostName: string;
  /** Whether it answers to that name alone, and not to every name of the host. */
  readonly byNameOnly?: boolean;
  /** At least one; a REST API is served at the root too, as its first stage. */
  readonly stages: readonly StageDefinition[];
  readonly routes: readonly RouteDefinition[];
  readonly cors: CorsDefinition | undefined;
  /** Media types of a REST API whose bodies travel in base64, such as `image/*`. */
  readonly binaryMediaTypes: readonly string[];
  /** Answers of a REST API itself that have another form, by their type, such as `DEFAULT_4XX`. */
  readonly gatewayResponses?: ReadonlyMap<string, GatewayResponseDefinition>;
  /** Keys that open routes which need one. */
  readonly apiKeys: readonly ApiKey[];
  /** Format and log group of the access log, where a stage has one. */
  readonly accessLog: { readonly logGroup: string; readonly format: string } | undefined;
}

/** The path below the host under which a route of an API is reached. */
export function servedPath({ kind, stages }: ApiDefinition, path: string): string {
  const root = kind === 'rest' || stages.some(({ name }) => name === '$default');
  const below = path === '$default' ? '/$default' : path;
  return root ? path : `/${stages[0]?.name}${below}`;
}

/** The routes of an API without repeats: SAM lets an event say again what is in a document, and the document counts. */
export function withoutRepeats(routes: readonly RouteDefinition[]): RouteDefinition[] {
  return [...new Map(routes.map((route) => [route.routeKey, route])).values()];
}

/** What a route calls in a stage, as in its `functionName`. */
export function functionOfStage(
  { functionName, functionNames }: Pick<RouteDefinition, 'functionName' | 'functionNames'>,
  { name }: StageDefinition,
): string {
  return functionNames?.[name] ?? functionName;
}
