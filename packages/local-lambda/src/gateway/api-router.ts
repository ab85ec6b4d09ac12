import { type ApiDefinition, functionOfStage, type StageDefinition } from '../deployment-package/api.ts';
import { createRouter, type Match } from './router.ts';

/** A route of an API that fits a request, and the stage that it came by. */
export interface ApiMatch extends Match {
  readonly stage: StageDefinition;
  /** The request's path below the stage, percent-encoded. */
  readonly path: string;
}

/** Finds the route of a request by its method and its path without query. */
export type ApiRouter = (method: string, rawPath: string) => ApiMatch | undefined;

/**
 * Makes the function that finds the stage and the route of a request.
 *
 * As on AWS, a stage is served below `/<stage>` and `$default` at the root. A REST API is served at the root as
 * well, where AWS would have it behind a domain name of its own.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function createApiRouter({ kind, stages, routes }: ApiDefinition): ApiRouter {
  const shared = createRouter(routes);
  // Where variables of the stages decide what is called, each stage has routes of its own.
  const differ = routes.some(({ functionNames }) => functionNames !== undefined);
  const ofStages = new Map(
    (differ ? stages : []).map((stage) => [
      stage,
      createRouter(routes.map((route) => ({ ...route, functionName: functionOfStage(route, stage) }))),
    ]),
  );
  const named = new Map(stages.map((stage) => [stage.name, stage]));
  const root = named.get('$default') ?? (kind === 'rest' ? stages[0] : undefined);
  named.delete('$default');

  const below = (stage: StageDefinition, method: string, path: string): ApiMatch | undefined => {
    const match = (ofStages.get(stage) ?? shared)(method, path);
    return match && { route: match.route, parameters: match.parameters, stage, path };
  };
  return (method, rawPath) => {
    if (named.size > 0) {
      const slash = rawPath.indexOf('/', 1);
      const end = slash === -1 ? rawPath.length : slash;
      const stage = named.get(rawPath.slice(1, end));
      const match = stage && below(stage, method, rawPath.slice(end) || '/');
      // An HTTP API looks no further once a stage has this name.
      if (match !== undefined || (stage !== undefined && kind === 'http')) return match;
    }
    return root && below(root, method, rawPath);
  };
}
