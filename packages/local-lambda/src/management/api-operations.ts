import {
  apiAnswer,
  apiOf,
  capitalized,
  checkRoute,
  integrationAnswer,
  isoNow,
  newIntegration,
  newRoute,
  newStage,
  paged,
  partOf,
  routeAnswer,
  shortId,
  stageAnswer,
} from './api-parts.ts';
import { CREATE_API, CREATE_STAGE, INTEGRATION, LIST, ROUTE } from './api-shapes.ts';
import { required } from './function-operations.ts';
import { ManagementError } from './management-error.ts';
import { type Operation, operation } from './operation.ts';
import type { ApiRecord } from './records.ts';

const APIS = '/v2/apis';
const ONE = `${APIS}/{apiId}`;

/** HTTP APIs of API Gateway, so that a route can be added and taken away. */
export const API_OPERATIONS: readonly Operation[] = [
  operation({
    name: 'CreateApi',
    method: 'POST',
    path: APIS,
    status: 201,
    body: CREATE_API,
    run: async ({ platform, body }) => {
      required(body.protocolType, 'protocolType');
      const { target, routeKey = '$default', corsConfiguration: cors } = body;
      const integration =
        target === undefined ? undefined : newIntegration(platform, { integrationUri: target });
      const record: ApiRecord = {
        id: shortId(platform),
        name: required(body.name, 'name'),
        description: body.description ?? '',
        created: isoNow(platform),
        ...(cors !== undefined && { cors: capitalized(cors) }),
        integrations: {},
        routes: {},
        stages: {},
        tags: body.tags ?? {},
      };
      const route = integration && newRoute(platform, { routeKey, target: `integrations/${integration.id}` });
      const whole: ApiRecord =
        integration === undefined || route === undefined
          ? record
          : {
              ...record,
              integrations: { [integration.id]: integration },
              routes: { [route.id]: route },
              stages: { $default: newStage(platform, '$default', {}) },
            };
      await platform.apis.put(whole);
      return apiAnswer(platform, whole);
    },
  }),
  operation({
    name: 'GetApi',
    method: 'GET',
    path: ONE,
    status: 200,
    run: ({ platform, path }) => apiAnswer(platform, apiOf(platform, path)),
  }),
  operation({
    name: 'GetApis',
    method: 'GET',
    path: APIS,
    status: 200,
    query: LIST,
    run: ({ platform, query }) =>
      paged(
        [...platform.apis.all.values()],
        query,
        ({ id }) => id,
        (api) => apiAnswer(platform, api),
      ),
  }),
  operation({
    name: 'DeleteApi',
    method: 'DELETE',
    path: ONE,
    status: 204,
    run: async ({ platform, path }) => {
      await platform.apis.remove(apiOf(platform, path).id);
      return undefined;
    },
  }),
  operation({
    name: 'CreateIntegration',
    method: 'POST',
    path: `${ONE}/integrations`,
    status: 201,
    body: INTEGRATION,
    run: async ({ platform, path, body }) => {
      const api = apiOf(platform, path);
      required(body.integrationType, 'integrationType');
      const integrationUri = required(body.integrationUri, 'integrationUri');
      const integration = newIntegration(platform, { ...body, integrationUri });
      await platform.apis.put({
        ...api,
        integrations: { ...api.integrations, [integration.id]: integration },
      });
      return integrationAnswer(integration);
    },
  }),
  operation({
    name: 'GetIntegrations',
    method: 'GET',
    path: `${ONE}/integrations`,
    status: 200,
    query: LIST,
    run: ({ platform, path, query }) =>
      paged(Object.values(apiOf(platform, path).integrations), query, ({ id }) => id, integrationAnswer),
  }),
  operation({
    name: 'DeleteIntegration',
    method: 'DELETE',
    path: `${ONE}/integrations/{integrationId}`,
    status: 204,
    run: async ({ platform, path }) => {
      const api = apiOf(platform, path);
      const id = path['integrationId'] ?? '';
      partOf(api.integrations, id, 'Integration');
      const user = Object.values(api.routes).find(({ target }) => target === `integrations/${id}`);
      if (user !== undefined) {
        throw new ManagementError(
          'ConflictException',
          `Cannot delete Integration '${id}' because it is referenced by the Route '${user.routeKey}'.`,
        );
      }
      const { [id]: _gone, ...integrations } = api.integrations;
      await platform.apis.put({ ...api, integrations });
      return undefined;
    },
  }),
  operation({
    name: 'CreateRoute',
    method: 'POST',
    path: `${ONE}/routes`,
    status: 201,
    body: ROUTE,
    run: async ({ platform, path, body }) => {
      const api = apiOf(platform, path);
      const routeKey = required(body.routeKey, 'routeKey');
      checkRoute(api, routeKey, body.target);
      const route = newRoute(platform, { ...body, routeKey });
      await platform.apis.put({ ...api, routes: { ...api.routes, [route.id]: route } });
      return routeAnswer(route);
    },
  }),
  operation({
    name: 'GetRoutes',
    method: 'GET',
    path: `${ONE}/routes`,
    status: 200,
    query: LIST,
    run: ({ platform, path, query }) =>
      paged(Object.values(apiOf(platform, path).routes), query, ({ id }) => id, routeAnswer),
  }),
  operation({
    name: 'DeleteRoute',
    method: 'DELETE',
    path: `${ONE}/routes/{routeId}`,
    status: 204,
    run: async ({ platform, path }) => {
      const api = apiOf(platform, path);
      const id = path['routeId'] ?? '';
      partOf(api.routes, id, 'Route');
      const { [id]: _gone, ...routes } = api.routes;
      await platform.apis.put({ ...api, routes });
      return undefined;
    },
  }),
  operation({
    name: 'CreateStage',
    method: 'POST',
    path: `${ONE}/stages`,
    status: 201,
    body: CREATE_STAGE,
    run: async ({ platform, path, body }) => {
      const api = apiOf(platform, path);
      const name = required(body.stageName, 'stageName');
      if (Object.hasOwn(api.stages, name)) {
        throw new ManagementError('ConflictException', 'Stage already exists');
      }
      const stage = newStage(platform, name, { ...body.stageVariables }, body.description);
      await platform.apis.put({ ...api, stages: { ...api.stages, [name]: stage } });
      return stageAnswer(stage);
    },
  }),
  operation({
    name: 'GetStages',
    method: 'GET',
    path: `${ONE}/stages`,
    status: 200,
    query: LIST,
    run: ({ platform, path, query }) =>
      paged(Object.values(apiOf(platform, path).stages), query, ({ name }) => name, stageAnswer),
  }),
];
