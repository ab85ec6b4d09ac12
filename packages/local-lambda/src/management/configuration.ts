import { functionConfiguration } from '../lambda-api/configuration.ts';
import { definitionOf, functionArn, type Place } from './definition.ts';
import type { AliasRecord, FunctionRecord, VersionRecord } from './records.ts';

/** A kept function's configuration as Lambda answers it. @param qualifier stands behind its ARN. */
export function configurationOf(
  place: Place,
  record: FunctionRecord,
  version: VersionRecord,
  qualifier?: string,
): object {
  return functionConfiguration(
    definitionOf(record, version, place, ''),
    {
      codeSize: version.codeSize,
      codeSha256: version.codeSha256,
      revisionId: version.revisionId,
      lastModified: version.lastModified,
      tracing: version.tracing,
    },
    qualifier,
  );
}

/** An alias as Lambda answers it. */
export function aliasConfiguration(place: Place, { name }: FunctionRecord, alias: AliasRecord): object {
  return {
    AliasArn: `${functionArn(place, name)}:${alias.name}`,
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    ...(Object.keys(alias.weights).length > 0 && {
      RoutingConfig: { AdditionalVersionWeights: alias.weights },
    }),
    RevisionId: alias.revisionId,
  };
}
