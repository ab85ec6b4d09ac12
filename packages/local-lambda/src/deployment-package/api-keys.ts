import type { LoadedTemplate } from './template.ts';
import { resourcesOfType } from './template.ts';

/** A key that a client of a REST API sends as `x-api-key`. */
export interface ApiKey {
  readonly id: string;
  readonly value: string;
}

/**
 * The keys that a REST API accepts: those that are enabled and in a usage plan with one of its stages. A key without
 * `Value`, which AWS would make up, has its name as value here, else its logical id.
 */
export function readApiKeys(loaded: LoadedTemplate, apiId: string): ApiKey[] {
  const plans = resourcesOfType(loaded, 'AWS::ApiGateway::UsagePlan').filter(({ properties }) =>
    (Array.isArray(properties['ApiStages']) ? properties['ApiStages'] : []).some(
      (stage) => String((Object(stage) as { ApiId?: unknown }).ApiId) === apiId,
    ),
  );
  const planIds = new Set(plans.map(({ logicalId }) => logicalId));
  const keyIds = new Set(
    resourcesOfType(loaded, 'AWS::ApiGateway::UsagePlanKey')
      .filter(({ properties }) => planIds.has(String(properties['UsagePlanId'])))
      .map(({ properties }) => String(properties['KeyId'])),
  );
  return resourcesOfType(loaded, 'AWS::ApiGateway::ApiKey')
    .filter(({ logicalId, properties }) => keyIds.has(logicalId) && String(properties['Enabled']) !== 'false')
    .map(({ logicalId, properties }) => ({
      id: logicalId,
      value: String(properties['Value'] ?? properties['Name'] ?? logicalId),
    }));
}
