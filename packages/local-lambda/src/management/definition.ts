import type { FunctionDefinition } from '../deployment-package/functions.ts';
import type { FunctionRecord, VersionRecord } from './records.ts';

/** Where functions are that come from no package. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** The ARN of a function without qualifier. */
export function functionArn({ region, accountId }: Place, name: string): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

/**
 * What the host runs of one version.
 * @param zip where its code is.
 */
export function definitionOf(
  { name, reservedConcurrency, ...record }: FunctionRecord,
  version: VersionRecord,
  place: Place,
  zip: string,
): FunctionDefinition {
  return {
    logicalId: name,
    name,
    arn: functionArn(place, name),
    region: place.region,
    accountId: place.accountId,
    runtime: version.runtime,
    handler: version.handler,
    architecture: version.architecture,
    memorySizeMb: version.memorySize,
    ephemeralStorageMb: version.ephemeralStorage,
    timeoutSeconds: version.timeout,
    description: version.description,
    environment: version.variables,
    standIns: [],
    logGroup: version.logging.group,
    logFormat: version.logging.format,
    applicationLogLevel: version.logging.applicationLevel,
    systemLogLevel: version.logging.systemLevel,
    reservedConcurrency,
    code: { kind: 'zip', path: zip },
    layers: version.layers,
    role: version.role,
    deadLetterArn: version.deadLetterArn,
    version: version.version,
    qualifiers: qualifiersOf(record),
  };
}

/** Aliases and versions of a function, and the versions that they mean. */
export function qualifiersOf({
  versions,
  aliases,
}: Pick<FunctionRecord, 'versions' | 'aliases'>): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ['$LATEST', '$LATEST'],
    ...versions.map(({ version }) => [version, version]),
    ...Object.values(aliases).map(({ name, version }) => [name, version]),
  ]);
}
