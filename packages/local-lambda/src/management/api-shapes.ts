import { TAGS } from './function-shapes.ts';
import { flag, listOf, mapOf, oneOf, shapeOf, text, textUpTo, unserved, whole } from './readers.ts';

/** Members of the query of lists. */
export const LIST = { nextToken: textUpTo(2_048), maxResults: whole(1, 500) };
const ROUTE_KEY = text(
  /^(?:\$default|(?:ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) \/[^\s?#]{0,1000})$/,
  '$default, or a method and a path such as GET /orders/{id}',
);
const FUNCTION_URI = text(/^arn:.*:function:[\w-]+(?::[\w$-]+)?(?:\/invocations)?$/, 'the ARN of a function');
const CORS = shapeOf({
  allowCredentials: flag,
  allowHeaders: listOf(textUpTo(1_024), 100),
  allowMethods: listOf(textUpTo(64), 10),
  allowOrigins: listOf(textUpTo(253), 100),
  exposeHeaders: listOf(textUpTo(1_024), 100),
  maxAge: whole(-1, 86_400),
});
/** Members of a route. */
export const ROUTE = {
  routeKey: ROUTE_KEY,
  target: text(/^integrations\/\w+$/, 'integrations/ID'),
  authorizationType: oneOf('NONE', 'AWS_IAM'),
  authorizationScopes: unserved('authorizers are served for APIs of packages'),
  authorizerId: unserved('authorizers are served for APIs of packages'),
  apiKeyRequired: unserved('HTTP APIs have none'),
  operationName: textUpTo(64),
};

const API = {
  name: textUpTo(128, 1),
  description: textUpTo(1_024),
  corsConfiguration: CORS,
  routeSelectionExpression: textUpTo(128),
  apiKeySelectionExpression: textUpTo(128),
  credentialsArn: unserved('functions are called without it'),
  disableExecuteApiEndpoint: unserved('it is the only endpoint here'),
  disableSchemaValidation: flag,
  ipAddressType: oneOf('ipv4', 'dualstack'),
  version: textUpTo(64),
};

/** Members of `CreateApi`. */
export const CREATE_API = {
  ...API,
  protocolType: oneOf('HTTP'),
  routeKey: ROUTE_KEY,
  target: FUNCTION_URI,
  tags: TAGS,
};

/** Members of `UpdateApi`. */
export const UPDATE_API = {
  ...API,
  routeKey: unserved('UpdateRoute changes a route'),
  target: unserved('UpdateIntegration changes where a route leads'),
};

/** Members of an integration. */
export const INTEGRATION = {
  integrationType: oneOf('AWS_PROXY'),
  integrationUri: FUNCTION_URI,
  integrationMethod: oneOf('POST', 'ANY', 'GET'),
  payloadFormatVersion: oneOf('1.0', '2.0'),
  timeoutInMillis: whole(50, 30_000),
  description: textUpTo(1_024),
  connectionType: oneOf('INTERNET'),
  connectionId: unserved('functions are called without it'),
  credentialsArn: unserved('functions are called without it'),
  requestParameters: unserved('requests reach functions as they are'),
  responseParameters: unserved('answers of functions are sent as they are'),
};

/** Members of a stage, which its path names. */
export const STAGE = {
  autoDeploy: flag,
  description: textUpTo(1_024),
  stageVariables: mapOf(textUpTo(2_048), /^\w+$/, 'letters, digits and _'),
  accessLogSettings: unserved('access logs are written for APIs of packages'),
  defaultRouteSettings: unserved('limits are not enforced here'),
  routeSettings: unserved('limits are not enforced here'),
};

/** Members of `CreateStage`. */
export const CREATE_STAGE = {
  ...STAGE,
  stageName: text(/^(?:\$default|[\w-]{1,128})$/, '$default, or 1 to 128 letters, digits, - or _'),
  tags: TAGS,
};
