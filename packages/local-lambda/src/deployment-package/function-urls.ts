import type { ApiDefinition } from './api.ts';
import { functionOfUri } from './function-of-uri.ts';
import type { FunctionDefinition } from './functions.ts';
import { apiHostName, readCors } from './http-api.ts';
import { type LoadedTemplate, resourcesOfType } from './template.ts';
import { routeOrNotice, type Unserved } from './unserved.ts';

/**
 * Reads the URLs of functions (`AWS::Lambda::Url`), each as an API of one route that takes every request.
 * @param onUnserved hears of URLs that are left out.
 */
export function readFunctionUrls(
  loaded: LoadedTemplate,
  functions: readonly FunctionDefinition[],
  onUnserved: (unserved: Unserved) => void,
): ApiDefinition[] {
  return resourcesOfType(loaded, 'AWS::Lambda::Url').map((url) => {
    const { logicalId: id, properties } = url;
    const routes = routeOrNotice(url, onUnserved, () => {
      const path = `Resources.${id}.Properties.TargetFunctionArn`;
      const { TargetFunctionArn, Qualifier } = properties;
      const target = Qualifier === undefined ? TargetFunctionArn : `${TargetFunctionArn}:${Qualifier}`;
      const { definition, functionName } = functionOfUri(target, functions, path);
      return {
        method: 'ANY',
        path: '$default',
        routeKey: '$default',
        resourceId: '$default',
        functionName,
        payloadFormat: '2.0' as const,
        streamed: properties['InvokeMode'] === 'RESPONSE_STREAM',
        // Nobody waits for less than the function may take.
        timeoutMs: definition.timeoutSeconds * 1_000 + 1_000,
        authorization: properties['AuthType'] === 'AWS_IAM' ? ({ kind: 'iam' } as const) : undefined,
      };
    });
    return {
      kind: 'url',
      id,
      hostName: apiHostName(id, loaded),
      stages: [{ name: '$default', variables: undefined }],
      routes,
      cors: readCors(properties['Cors']),
      binaryMediaTypes: [],
      apiKeys: [],
      accessLog: undefined,
    };
  });
}
