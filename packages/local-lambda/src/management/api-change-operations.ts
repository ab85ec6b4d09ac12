import {
  apiAnswer,
  apiOf,
  capitalized,
  checkRoute,
  integrationAnswer,
  isoNow,
  partOf,
  routeAnswer,
  stageAnswer,
} from './api-parts.ts';
import { INTEGRATION, ROUTE, STAGE, UPDATE_API } from './api-shapes.ts';
import { type Operation, operation } from './operation.ts';

const API = '/v2/apis/{apiId}';
const INTEGRATION_PATH = `${API}/integrations/{integrationId}`;
const ROUTE_PATH = `${API}/routes/{routeId}`;
const STAGE_PATH = `${API}/stages/{stageName}`;

/** One part of an HTTP API at a time: what it is, and changes of it. What is not given stays. */
export const API_CHANGE_OPERATIONS: readonly Operation[] = [
  operation({
    name: 'UpdateApi',
    method: 'PATCH',
    path: API,
    status: 200,
    body: UPDATE_API,
    run: async ({ platform, path, body }) => {
      const api = apiOf(platform, path);
      const { name = api.name, description = api.description, corsConfiguration: cors } = body;
      const changed = { ...api, name, description, ...(cors !== undefined && { cors: capitalized(cors) }) };
      await platform.apis.put(changed);
      return apiAnswer(platform, changed);
    },
  }),
  operation({
    name: 'DeleteCorsConfiguration',
    method: 'DELETE',
    path: `${API}/cors`,
    status: 204,
    run: async ({ platform, path }) => {
      const { cors: _gone, ...api } = apiOf(platform, path);
      await platform.apis.put(api);
      return undefined;
    },
  }),
  operation({
    name: 'GetIntegration',
    method: 'GET',
    path: INTEGRATION_PATH,
    status: 200,
    run: ({ platform, path }) => {
      const { integrations } = apiOf(platform, path);
      return integrationAnswer(partOf(integrations, path['integrationId'] ?? '', 'Integration'));
    },
  }),
  operation({
    name: 'UpdateIntegration',
    method: 'PATCH',
    path: INTEGRATION_PATH,
    status: 200,
    body: INTEGRATION,
    run: async ({ platform, path, body }) => {
      const api = apiOf(platform, path);
      const before = partOf(api.integrations, path['integrationId'] ?? '', 'Integration');
      const changed = {
        ...before,
        uri: body.integrationUri ?? before.uri,
        payloadFormat: body.payloadFormatVersion ?? before.payloadFormat,
        timeoutMs: body.timeoutInMillis ?? before.timeoutMs,
        description: body.description ?? before.description,
      };
      await platform.apis.put({ ...api, integrations: { ...api.integrations, [before.id]: changed } });
      return integrationAnswer(changed);
    },
  }),
  operation({
    name: 'GetRoute',
    method: 'GET',
    path: ROUTE_PATH,
    status: 200,
    run: ({ platform, path }) =>
      routeAnswer(partOf(apiOf(platform, path).routes, path['routeId'] ?? '', 'Route')),
  }),
  operation({
    name: 'UpdateRoute',
    method: 'PATCH',
    path: ROUTE_PATH,
    status: 200,
    body: ROUTE,
    run: async ({ platform, path, body }) => {
      const api = apiOf(platform, path);
      const before = partOf(api.routes, path['routeId'] ?? '', 'Route');
      const { routeKey = before.routeKey, authorizationType = before.authorizationType, target } = body;
      const changed = { ...before, routeKey, authorizationType, ...(target !== undefined && { target }) };
      const { [before.id]: _before, ...others } = api.routes;
      checkRoute({ ...api, routes: others }, routeKey, target);
      await platform.apis.put({ ...api, routes: { ...api.routes, [before.id]: changed } });
      return routeAnswer(changed);
    },
  }),
  operation({
    name: 'GetStage',
    method: 'GET',
    path: STAGE_PATH,
    status: 200,
    run: ({ platform, path }) =>
      stageAnswer(partOf(apiOf(platform, path).stages, path['stageName'] ?? '', 'Stage')),
  }),
  operation({
    name: 'UpdateStage',
    method: 'PATCH',
    path: STAGE_PATH,
    status: 200,
    body: STAGE,
    run: async ({ platform, path, body }) => {
      const api = apiOf(platform, path);
      const before = partOf(api.stages, path['stageName'] ?? '', 'Stage');
      const changed = {
        ...before,
        variables: body.stageVariables ?? before.variables,
        description: body.description ?? before.description,
        updated: isoNow(platform),
      };
      await platform.apis.put({ ...api, stages: { ...api.stages, [before.name]: changed } });
      return stageAnswer(changed);
    },
  }),
  operation({
    name: 'DeleteStage',
    method: 'DELETE',
    path: STAGE_PATH,
    status: 204,
    run: async ({ platform, path }) => {
      const api = apiOf(platform, path);
      const { name } = partOf(api.stages, path['stageName'] ?? '', 'Stage');
      const { [name]: _gone, ...stages } = api.stages;
      await platform.apis.put({ ...api, stages });
      return undefined;
    },
  }),
];
