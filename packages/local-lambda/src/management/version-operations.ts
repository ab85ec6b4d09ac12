import { packagedConfiguration } from '../lambda-api/configuration.ts';
import { aliasConfiguration, configurationOf } from './configuration.ts';
import { LIST, PAGE, REVISION, required } from './function-operations.ts';
import { invalid, ManagementError } from './management-error.ts';
import { type Operation, operation } from './operation.ts';
import { pageOf } from './page.ts';
import { checkRevision, existing, namedFunction, notFound, type Platform } from './platform.ts';
import { publish } from './publish.ts';
import { mapOf, type Read, shapeOf, text, textUpTo } from './readers.ts';
import type { AliasRecord, FunctionRecord } from './records.ts';

const ONE = '/2015-03-31/functions/{FunctionName}';
const ALIAS = `${ONE}/aliases/{Name}`;
const NAME = text(/^(?!\d+$)[\w-]{1,128}$/, '1 to 128 letters, digits, - or _, and not only digits');
const VERSION = text(/^(?:\$LATEST|\d{1,9})$/, '$LATEST or the number of a version');

const part: Read<number> = (value, field) => {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw invalid(`${field}: must be a number from 0 to 1, is ${JSON.stringify(value)}`);
};

const ALIAS_MEMBERS = {
  FunctionVersion: VERSION,
  Description: textUpTo(256),
  RoutingConfig: shapeOf({ AdditionalVersionWeights: mapOf(part, /^\d{1,9}$/, 'the number of a version') }),
};

/** Published versions and aliases. */
export const VERSION_OPERATIONS: readonly Operation[] = [
  operation({
    name: 'PublishVersion',
    method: 'POST',
    path: `${ONE}/versions`,
    status: 201,
    body: { ...REVISION, CodeSha256: textUpTo(64), Description: textUpTo(256) },
    run: ({ platform, path, body }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      return platform.functions.change(name, (before) => {
        const known = existing(platform, name, before);
        checkRevision(body.RevisionId, known.latest.revisionId);
        const given = { codeSha256: body.CodeSha256, description: body.Description };
        const { record, version } = publish(platform, known, given);
        return { record, answer: configurationOf(platform.place, record, version, version.version) };
      });
    },
  }),
  operation({
    name: 'ListVersionsByFunction',
    method: 'GET',
    path: `${ONE}/versions`,
    status: 200,
    query: LIST,
    run: ({ platform, path, query }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      const record = platform.functions.all.get(name);
      const rows =
        record === undefined
          ? [...(platform.hosted.get(name) ?? notFound(platform, name)).versions.values()].map((one) => ({
              key: orderOf(one.definition.version),
              row: packagedConfiguration(one, one.definition.version),
            }))
          : [record.latest, ...record.versions].map((one) => ({
              key: orderOf(one.version),
              row: configurationOf(platform.place, record, one, one.version),
            }));
      const max = Math.min(query.MaxItems ?? PAGE, PAGE);
      const page = pageOf(rows, ({ key }) => key, { marker: query.Marker, max });
      return {
        Versions: page.items.map(({ row }) => row),
        ...(page.next !== undefined && { NextMarker: page.next }),
      };
    },
  }),
  operation({
    name: 'CreateAlias',
    method: 'POST',
    path: `${ONE}/aliases`,
    status: 201,
    body: { Name: NAME, ...ALIAS_MEMBERS },
    run: ({ platform, path, body }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      const alias = required(body.Name, 'Name');
      return platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        if (Object.hasOwn(record.aliases, alias)) {
          throw new ManagementError('ResourceConflictException', `Alias already exists: ${alias}`);
        }
        const created = checked(platform, record, {
          name: alias,
          version: required(body.FunctionVersion, 'FunctionVersion'),
          description: body.Description ?? '',
          weights: body.RoutingConfig?.AdditionalVersionWeights ?? {},
          revisionId: platform.newId(),
        });
        return withAlias(platform, record, created);
      });
    },
  }),
  operation({
    name: 'UpdateAlias',
    method: 'PUT',
    path: ALIAS,
    status: 200,
    body: { ...ALIAS_MEMBERS, ...REVISION },
    run: ({ platform, path, body }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      return platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        const alias = aliasOf(platform, record, path['Name'] ?? '');
        checkRevision(body.RevisionId, alias.revisionId);
        const changed = checked(platform, record, {
          ...alias,
          version: body.FunctionVersion ?? alias.version,
          description: body.Description ?? alias.description,
          weights:
            body.RoutingConfig === undefined
              ? alias.weights
              : (body.RoutingConfig.AdditionalVersionWeights ?? {}),
          revisionId: platform.newId(),
        });
        return withAlias(platform, record, changed);
      });
    },
  }),
  operation({
    name: 'DeleteAlias',
    method: 'DELETE',
    path: ALIAS,
    status: 204,
    run: async ({ platform, path }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      await platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        const { [path['Name'] ?? '']: _alias, ...aliases } = record.aliases;
        const { [path['Name'] ?? '']: _url, ...urls } = record.urls;
        const { [path['Name'] ?? '']: _config, ...invokeConfigs } = record.invokeConfigs;
        const { [path['Name'] ?? '']: _policy, ...policies } = record.policies ?? {};
        return { record: { ...record, aliases, urls, invokeConfigs, policies }, answer: undefined };
      });
      return undefined;
    },
  }),
  operation({
    name: 'GetAlias',
    method: 'GET',
    path: ALIAS,
    status: 200,
    run: ({ platform, path }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      const record = existing(platform, name, platform.functions.all.get(name));
      return aliasConfiguration(platform.place, record, aliasOf(platform, record, path['Name'] ?? ''));
    },
  }),
  operation({
    name: 'ListAliases',
    method: 'GET',
    path: `${ONE}/aliases`,
    status: 200,
    query: { ...LIST, FunctionVersion: VERSION },
    run: ({ platform, path, query }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      const record = existing(platform, name, platform.functions.all.get(name));
      const { FunctionVersion, Marker, MaxItems = PAGE } = query;
      const wanted = Object.values(record.aliases).filter(
        ({ version }) => FunctionVersion === undefined || version === FunctionVersion,
      );
      const page = pageOf(wanted, (alias) => alias.name, { marker: Marker, max: Math.min(MaxItems, PAGE) });
      return {
        Aliases: page.items.map((alias) => aliasConfiguration(platform.place, record, alias)),
        ...(page.next !== undefined && { NextMarker: page.next }),
      };
    },
  }),
];

/** `$LATEST` first, then by number. */
function orderOf(version: string): string {
  return version === '$LATEST' ? '!' : version.padStart(9, '0');
}

function aliasOf({ place }: Platform, record: FunctionRecord, name: string): AliasRecord {
  const found = Object.hasOwn(record.aliases, name) ? record.aliases[name] : undefined;
  if (found !== undefined) return found;
  throw new ManagementError(
    'ResourceNotFoundException',
    `Cannot find alias arn: arn:aws:lambda:${place.region}:${place.accountId}:function:${record.name}:${name}`,
  );
}

function withAlias(platform: Platform, record: FunctionRecord, alias: AliasRecord) {
  const changed = { ...record, aliases: { ...record.aliases, [alias.name]: alias } };
  return { record: changed, answer: aliasConfiguration(platform.place, changed, alias) };
}

/** Refuses an alias of versions that there are not, and weights that make no sense. */
function checked(platform: Platform, record: FunctionRecord, alias: AliasRecord): AliasRecord {
  for (const version of [alias.version, ...Object.keys(alias.weights)]) {
    const isThere = version === '$LATEST' || record.versions.some((one) => one.version === version);
    if (!isThere) notFound(platform, record.name, version);
  }
  const weights = Object.keys(alias.weights);
  if (weights.length > 1 || weights.includes(alias.version)) {
    throw invalid(
      `RoutingConfig.AdditionalVersionWeights: must name one version beside ${alias.version}, is ${JSON.stringify(alias.weights)}`,
    );
  }
  if (weights.length > 0 && alias.version === '$LATEST') {
    throw invalid('$LATEST is not supported for an alias pointing to more than 1 version');
  }
  return alias;
}
