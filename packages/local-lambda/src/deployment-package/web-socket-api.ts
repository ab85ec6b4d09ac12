import { LocalLambdaError } from '../local-lambda-error.ts';
import type { StageDefinition } from './api.ts';
import { type Authorization, authorizationReader } from './authorizers.ts';
import { functionOfStages } from './function-of-uri.ts';
import type { FunctionDefinition } from './functions.ts';
import { apiHostName, readStage } from './http-api.ts';
import { type LoadedTemplate, type ResolvedResource, resourcesOfType } from './template.ts';
import { routeOrNotice, type Unserved } from './unserved.ts';

/** One route of a WebSocket API: `$connect`, `$disconnect`, `$default`, or one that messages name. */
export interface WebSocketRoute {
  readonly routeKey: string;
  readonly functionName: string;
  /** By stage, where variables of the stages decide it. */
  readonly functionNames?: Readonly<Record<string, string>>;
  /** Whether the `body` of the function's response is sent to the client. */
  readonly answers: boolean;
  /** Who may connect; of `$connect` only. */
  readonly authorization: Authorization | undefined;
}

/** One WebSocket API of a deployment package. */
export interface WebSocketApi {
  /** Its logical id. */
  readonly id: string;
  /** Its logical id and its stack's name, in lower case; part of a host name. */
  readonly hostName: string;
  readonly stages: readonly StageDefinition[];
  /** Where in a message its route stands, such as `['action']`. */
  readonly selection: readonly string[];
  readonly routes: ReadonlyMap<string, WebSocketRoute>;
}

/**
 * Reads the WebSocket APIs of the `AWS::ApiGatewayV2` resources with their routes.
 * @param onUnserved hears of routes that are left out.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
 */
export function readWebSocketApis(
  loaded: LoadedTemplate,
  functions: readonly FunctionDefinition[],
  onUnserved: (unserved: Unserved) => void,
): WebSocketApi[] {
  const integrations = resourcesOfType(loaded, 'AWS::ApiGatewayV2::Integration');
  const allRoutes = resourcesOfType(loaded, 'AWS::ApiGatewayV2::Route');
  const allStages = resourcesOfType(loaded, 'AWS::ApiGatewayV2::Stage');
  const authorizationOf = authorizationReader(loaded, functions);
  const read = (route: ResolvedResource, stages: readonly StageDefinition[]): WebSocketRoute => {
    const { Target, RouteKey, RouteResponseSelectionExpression } = route.properties;
    const id = String(Target).replace(/^integrations\//, '');
    const integration = integrations.find(({ logicalId }) => logicalId === id);
    const at = `Resources.${id}.Properties`;
    const { IntegrationType, IntegrationUri } = integration?.properties ?? {};
    if (IntegrationType !== 'AWS_PROXY') {
      throw new LocalLambdaError(
        `${at}.IntegrationType: must be AWS_PROXY, is ${JSON.stringify(IntegrationType)}`,
      );
    }
    const authorization = authorizationOf(route);
    if (authorization !== undefined && authorization.kind !== 'lambda') {
      throw new LocalLambdaError(
        `Resources.${route.logicalId}.Properties.AuthorizationType: must be NONE or CUSTOM here`,
      );
    }
    return {
      routeKey: String(RouteKey),
      ...functionOfStages(IntegrationUri, stages, functions, `${at}.IntegrationUri`),
      answers: RouteResponseSelectionExpression !== undefined,
      authorization,
    };
  };
  return resourcesOfType(loaded, 'AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties['ProtocolType'] === 'WEBSOCKET')
    .map((api) => {
      const isOwn = ({ properties }: ResolvedResource) => String(properties['ApiId']) === api.logicalId;
      const stages = allStages.filter(isOwn).map(readStage);
      const routes = allRoutes
        .filter(isOwn)
        .flatMap((route) => routeOrNotice(route, onUnserved, () => read(route, stages)));
      return {
        id: api.logicalId,
        hostName: apiHostName(api.logicalId, loaded),
        stages,
        selection: selectionOf(api, onUnserved),
        routes: new Map(routes.map((route) => [route.routeKey, route])),
      };
    });
}

/** The routes of an API as a list shows them: where its clients connect, and what they name. */
export function webSocketRoutes({ stages, routes }: WebSocketApi) {
  return stages.flatMap(({ name }) =>
    [...routes.values()].map(({ routeKey, functionName }) => ({
      method: 'WS',
      path: `/${name} ${routeKey}`,
      functionName,
    })),
  );
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html */
function selectionOf(
  { logicalId, properties }: ResolvedResource,
  onUnserved: (one: Unserved) => void,
): string[] {
  const expression = String(properties['RouteSelectionExpression']);
  const [, path] = /^\$\{?request\.body\.([\w.-]+)\}?$/.exec(expression) ?? [];
  if (path !== undefined) return path.split('.');
  onUnserved({
    what: `${logicalId}.RouteSelectionExpression`,
    notice: `must be $request.body.NAME here, is ${expression}: all messages go to $default`,
  });
  return [];
}
