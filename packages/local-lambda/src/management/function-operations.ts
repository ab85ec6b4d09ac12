import { pathToFileURL } from 'node:url';
import { packagedConfiguration } from '../lambda-api/configuration.ts';
import { configurationOf } from './configuration.ts';
import { ARCHITECTURES, CODE, CONFIGURATION, NEW_NAME, TAGS } from './function-shapes.ts';
import { invalid, ManagementError } from './management-error.ts';
import { codeFacts, defaultsOf, readCode, stamped, withCode, withConfiguration } from './new-version.ts';
import { type Operation, operation } from './operation.ts';
import { pageOf } from './page.ts';
import { checkRevision, existing, namedFunction, notFound, type Platform, versionOf } from './platform.ts';
import { publish } from './publish.ts';
import { flag, oneOf, shapeOf, text, textUpTo, unserved, whole } from './readers.ts';

const FUNCTIONS = '/2015-03-31/functions';
const ONE = `${FUNCTIONS}/{FunctionName}`;
const NOT_NEEDED = 'signatures of code are not checked here';

/** Members of the query that lists have. */
export const LIST = { Marker: textUpTo(2_048), MaxItems: whole(1, 10_000) };
/** Lambda gives so many functions at once, whatever is asked for. */
export const PAGE = 50;
/** An alias or version. */
export const QUALIFIER = { Qualifier: text(/^(?:\$LATEST|[\w-]{1,128})$/, '$LATEST, a version or an alias') };
/** A revision that the caller has seen. */
export const REVISION = { RevisionId: textUpTo(128) };

const CREATE = {
  ...CONFIGURATION,
  FunctionName: NEW_NAME,
  Code: shapeOf(CODE),
  PackageType: oneOf('Zip'),
  Architectures: ARCHITECTURES,
  Publish: flag,
  Tags: TAGS,
  CodeSigningConfigArn: unserved(NOT_NEEDED),
};

const LIST_FUNCTIONS = {
  ...LIST,
  FunctionVersion: oneOf('ALL'),
  MasterRegion: text(/^ALL$|^[\w-]+$/, 'ALL or a region'),
};

/** Functions and their `$LATEST`. */
export const FUNCTION_OPERATIONS: readonly Operation[] = [
  operation({
    name: 'CreateFunction',
    method: 'POST',
    path: FUNCTIONS,
    status: 201,
    body: CREATE,
    run: async ({ platform, body }) => {
      const { FunctionName, Code, Runtime, Handler, Role, Architectures, Publish, Tags = {} } = body;
      const { name } = namedFunction(required(FunctionName, 'FunctionName'));
      const zip = await readCode(platform, Code ?? {});
      return platform.functions.change(name, async (before, keepCode) => {
        if (before !== undefined) {
          throw new ManagementError('ResourceConflictException', `Function already exist: ${name}`);
        }
        const basis = {
          ...defaultsOf(name),
          runtime: required(Runtime, 'Runtime'),
          handler: required(Handler, 'Handler'),
          role: required(Role, 'Role'),
          architecture: Architectures?.[0] ?? ('x86_64' as const),
        };
        const configured = withConfiguration(platform, basis, body);
        const code = codeFacts(zip, await keepCode(zip));
        const created = {
          name,
          latest: stamped(platform, { ...configured, ...code }),
          versions: [],
          nextVersion: 1,
          aliases: {},
          invokeConfigs: {},
          urls: {},
          tags: Tags,
        };
        const { record, version } = Publish
          ? publish(platform, created, {})
          : { record: created, version: created.latest };
        return { record, answer: configurationOf(platform.place, record, version, numberOf(version)) };
      });
    },
  }),
  operation({
    name: 'UpdateFunctionCode',
    method: 'PUT',
    path: `${ONE}/code`,
    status: 200,
    body: { ...CODE, ...REVISION, Architectures: ARCHITECTURES, Publish: flag, DryRun: flag },
    run: async ({ platform, path, body }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      const zip = await readCode(platform, body);
      return platform.functions.change(name, async (before, keepCode) => {
        const record = existing(platform, name, before);
        checkRevision(body.RevisionId, record.latest.revisionId);
        const file = body.DryRun ? record.latest.codeFile : await keepCode(zip);
        const latest = withCode(platform, record.latest, codeFacts(zip, file), body.Architectures?.[0]);
        const answerOf = (version = latest) =>
          configurationOf(platform.place, record, version, numberOf(version));
        if (body.DryRun) return { record: before, answer: answerOf() };
        const changed = { ...record, latest };
        if (!body.Publish) return { record: changed, answer: answerOf() };
        const published = publish(platform, changed, {});
        return { record: published.record, answer: answerOf(published.version) };
      });
    },
  }),
  operation({
    name: 'UpdateFunctionConfiguration',
    method: 'PUT',
    path: `${ONE}/configuration`,
    status: 200,
    body: { ...CONFIGURATION, ...REVISION },
    run: ({ platform, path, body }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      return platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        checkRevision(body.RevisionId, record.latest.revisionId);
        const latest = stamped(platform, withConfiguration(platform, record.latest, body));
        return { record: { ...record, latest }, answer: configurationOf(platform.place, record, latest) };
      });
    },
  }),
  operation({
    name: 'DeleteFunction',
    method: 'DELETE',
    path: ONE,
    status: 204,
    query: QUALIFIER,
    run: async ({ platform, path, query }) => {
      const { name, qualifier } = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      await platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        if (qualifier === undefined) return { record: undefined, answer: undefined };
        const { version } = versionOf(platform, record, qualifier);
        if (version !== qualifier || version === '$LATEST') {
          throw invalid(
            `Qualifier: must be the number of a version, is ${qualifier}; without it the whole function is deleted`,
          );
        }
        const alias = Object.values(record.aliases).find(
          (one) => one.version === version || version in one.weights,
        );
        if (alias !== undefined) {
          throw new ManagementError(
            'ResourceConflictException',
            `Unable to delete version because the following aliases reference it: [${alias.name}]`,
          );
        }
        const versions = record.versions.filter((one) => one.version !== version);
        const { [version]: _policy, ...policies } = record.policies ?? {};
        return { record: { ...record, versions, policies }, answer: undefined };
      });
      return undefined;
    },
  }),
  operation({
    name: 'ListFunctions',
    method: 'GET',
    path: FUNCTIONS,
    status: 200,
    query: LIST_FUNCTIONS,
    run: ({ platform, query }) => {
      const { FunctionVersion, Marker, MaxItems = PAGE } = query;
      const rows = listed(platform, FunctionVersion === 'ALL');
      const page = pageOf(rows, ({ key }) => key, { marker: Marker, max: Math.min(MaxItems, PAGE) });
      return {
        Functions: page.items.map(({ configuration }) => configuration),
        ...(page.next !== undefined && { NextMarker: page.next }),
      };
    },
  }),
  operation({
    name: 'GetFunction',
    method: 'GET',
    path: ONE,
    status: 200,
    query: QUALIFIER,
    run: ({ platform, path, query }) => {
      const { name, qualifier } = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      const record = platform.functions.all.get(name);
      if (record === undefined) return packagedFunction(platform, name, qualifier);
      const version = versionOf(platform, record, qualifier);
      const { reservedConcurrency } = record;
      return {
        Configuration: configurationOf(platform.place, record, version, qualifier),
        Code: {
          RepositoryType: 'S3',
          Location: pathToFileURL(platform.functions.codePath(version.codeFile)).href,
        },
        Tags: record.tags,
        ...(reservedConcurrency !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: reservedConcurrency },
        }),
      };
    },
  }),
  operation({
    name: 'GetFunctionConfiguration',
    method: 'GET',
    path: `${ONE}/configuration`,
    status: 200,
    query: QUALIFIER,
    run: ({ platform, path, query }) => {
      const { name, qualifier } = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      const record = platform.functions.all.get(name);
      if (record === undefined) return packagedConfiguration(packaged(platform, name, qualifier), qualifier);
      return configurationOf(platform.place, record, versionOf(platform, record, qualifier), qualifier);
    },
  }),
];

/** @throws ManagementError when a member that must be there is not. */
export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw invalid(`${field}: must be given`);
  return value;
}

/** What stands behind the ARN of a version that is no `$LATEST`. */
export function numberOf({ version }: { readonly version: string }): string | undefined {
  return version === '$LATEST' ? undefined : version;
}

function listed(platform: Platform, allVersions: boolean) {
  const rows: { readonly key: string; readonly configuration: object }[] = [];
  for (const [name, hosted] of platform.hosted) {
    const record = platform.functions.all.get(name);
    if (record === undefined) {
      rows.push({ key: `${name}:`, configuration: packagedConfiguration(hosted) });
      continue;
    }
    const versions = allVersions ? record.versions : [];
    for (const one of [record.latest, ...versions]) {
      const qualifier = allVersions ? one.version : numberOf(one);
      const key = `${name}:${numberOf(one)?.padStart(9, '0') ?? ''}`;
      rows.push({ key, configuration: configurationOf(platform.place, record, one, qualifier) });
    }
  }
  return rows;
}

function packaged(platform: Platform, name: string, qualifier: string | undefined) {
  const hosted = platform.hosted.get(name)?.ofQualifier(qualifier ?? '$LATEST');
  return hosted ?? notFound(platform, name, qualifier);
}

/** Of a package: on AWS a link to a zip in S3; here the zip or folder itself. */
function packagedFunction(platform: Platform, name: string, qualifier: string | undefined): object {
  const hosted = packaged(platform, name, qualifier);
  const { code } = hosted.definition;
  const location =
    code.kind === 'inline'
      ? `inline:${code.file}`
      : code.kind === 'image'
        ? ''
        : pathToFileURL(code.path).href;
  return {
    Configuration: packagedConfiguration(hosted, qualifier),
    Code:
      code.kind === 'image'
        ? { RepositoryType: 'ECR', ImageUri: code.uri }
        : { RepositoryType: 'S3', Location: location },
    Tags: {},
  };
}
