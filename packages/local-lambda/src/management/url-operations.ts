import { lambdaTime } from '../lambda-api/configuration.ts';
import { functionArn } from './definition.ts';
import { LIST, PAGE, required } from './function-operations.ts';
import { ManagementError } from './management-error.ts';
import { type Operation, operation } from './operation.ts';
import { pageOf } from './page.ts';
import { existing, namedFunction, type Platform, versionOf } from './platform.ts';
import { flag, listOf, oneOf, shapeOf, text, textUpTo, whole } from './readers.ts';
import type { FunctionRecord, UrlRecord } from './records.ts';

const URL_PATH = '/2021-10-31/functions/{FunctionName}/url';
const CORS = shapeOf({
  AllowCredentials: flag,
  AllowHeaders: listOf(textUpTo(1_024), 100),
  AllowMethods: listOf(textUpTo(6), 6),
  AllowOrigins: listOf(textUpTo(253, 1), 100),
  ExposeHeaders: listOf(textUpTo(1_024), 100),
  MaxAge: whole(0, 86_400),
});
const MEMBERS = {
  AuthType: oneOf('NONE', 'AWS_IAM'),
  Cors: CORS,
  InvokeMode: oneOf('BUFFERED', 'RESPONSE_STREAM'),
};
const ALIAS = {
  Qualifier: text(/^(?!\d+$)[\w-]{1,128}$/, 'an alias; without it the function itself is meant'),
};

/** The part of a function's URL before `.localhost`. */
export function urlHostName({ region }: { readonly region: string }, { id }: UrlRecord): string {
  return `${id}.lambda-url.${region}`;
}

/** URLs of functions. */
export const URL_OPERATIONS: readonly Operation[] = [
  operation({
    name: 'CreateFunctionUrlConfig',
    method: 'POST',
    path: URL_PATH,
    status: 201,
    query: ALIAS,
    body: MEMBERS,
    run: async ({ platform, path, query, body }) => {
      const made = await changeUrl(platform, path, query.Qualifier, (record, qualifier) => {
        versionOf(platform, record, qualifier);
        if (Object.hasOwn(record.urls, qualifier)) {
          throw new ManagementError(
            'ResourceConflictException',
            `Failed to create function url config for [functionArn = ${arnOf(platform, record, qualifier)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
          );
        }
        const time = new Date(platform.now()).toISOString();
        return {
          id: platform.newId().replaceAll('-', ''),
          authType: required(body.AuthType, 'AuthType'),
          invokeMode: body.InvokeMode ?? 'BUFFERED',
          ...(body.Cors !== undefined && { cors: body.Cors }),
          created: time,
          lastModified: time,
        };
      });
      const { LastModifiedTime: _time, ...answer } = made;
      return answer;
    },
  }),
  operation({
    name: 'UpdateFunctionUrlConfig',
    method: 'PUT',
    path: URL_PATH,
    status: 200,
    query: ALIAS,
    body: MEMBERS,
    run: ({ platform, path, query, body }) =>
      changeUrl(platform, path, query.Qualifier, (record, qualifier) => {
        const before = urlOf(platform, record, qualifier);
        return {
          ...before,
          authType: body.AuthType ?? before.authType,
          invokeMode: body.InvokeMode ?? before.invokeMode,
          ...(body.Cors !== undefined && { cors: body.Cors }),
          lastModified: new Date(platform.now()).toISOString(),
        };
      }),
  }),
  operation({
    name: 'GetFunctionUrlConfig',
    method: 'GET',
    path: URL_PATH,
    status: 200,
    query: ALIAS,
    run: ({ platform, path, query }) => {
      const { name, qualifier = '$LATEST' } = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      const record = existing(platform, name, platform.functions.all.get(name));
      return answerOf(platform, record, qualifier, urlOf(platform, record, qualifier));
    },
  }),
  operation({
    name: 'DeleteFunctionUrlConfig',
    method: 'DELETE',
    path: URL_PATH,
    status: 204,
    query: ALIAS,
    run: async ({ platform, path, query }) => {
      const { name, qualifier = '$LATEST' } = namedFunction(path['FunctionName'] ?? '', query.Qualifier);
      await platform.functions.change(name, (before) => {
        const record = existing(platform, name, before);
        urlOf(platform, record, qualifier);
        const { [qualifier]: _gone, ...urls } = record.urls;
        return { record: { ...record, urls }, answer: undefined };
      });
      return undefined;
    },
  }),
  operation({
    name: 'ListFunctionUrlConfigs',
    method: 'GET',
    path: `${URL_PATH}s`,
    status: 200,
    query: LIST,
    run: ({ platform, path, query }) => {
      const { name } = namedFunction(path['FunctionName'] ?? '');
      const record = existing(platform, name, platform.functions.all.get(name));
      const max = Math.min(query.MaxItems ?? PAGE, PAGE);
      const page = pageOf(Object.entries(record.urls), ([key]) => key, { marker: query.Marker, max });
      return {
        FunctionUrlConfigs: page.items.map(([key, url]) => answerOf(platform, record, key, url)),
        ...(page.next !== undefined && { NextMarker: page.next }),
      };
    },
  }),
];

function changeUrl(
  platform: Platform,
  path: Readonly<Record<string, string>>,
  asked: string | undefined,
  change: (record: FunctionRecord, qualifier: string) => UrlRecord,
): Promise<UrlAnswer> {
  const { name, qualifier = '$LATEST' } = namedFunction(path['FunctionName'] ?? '', asked);
  return platform.functions.change(name, (before) => {
    const record = existing(platform, name, before);
    const url = change(record, qualifier);
    const urls = { ...record.urls, [qualifier]: url };
    return { record: { ...record, urls }, answer: answerOf(platform, record, qualifier, url) };
  });
}

function urlOf(platform: Platform, record: FunctionRecord, qualifier: string): UrlRecord {
  const found = Object.hasOwn(record.urls, qualifier) ? record.urls[qualifier] : undefined;
  if (found !== undefined) return found;
  throw new ManagementError(
    'ResourceNotFoundException',
    `The resource you requested does not exist: ${arnOf(platform, record, qualifier)} has no URL`,
  );
}

function arnOf({ place }: Platform, { name }: FunctionRecord, qualifier: string): string {
  return `${functionArn(place, name)}${qualifier === '$LATEST' ? '' : `:${qualifier}`}`;
}

/** What of an answer differs: a new URL was never changed. */
interface UrlAnswer extends Readonly<Record<string, unknown>> {
  readonly LastModifiedTime: string;
}

/** The URL leads to this host by its name, which is of this machine. */
function answerOf(platform: Platform, record: FunctionRecord, qualifier: string, url: UrlRecord): UrlAnswer {
  const { protocol, port } = new URL(platform.url());
  return {
    FunctionUrl: `${protocol}//${urlHostName(platform.place, url)}.localhost:${port}/`,
    FunctionArn: arnOf(platform, record, qualifier),
    AuthType: url.authType,
    ...(url.cors !== undefined && { Cors: url.cors }),
    CreationTime: lambdaTime(Date.parse(url.created)),
    LastModifiedTime: lambdaTime(Date.parse(url.lastModified)),
    InvokeMode: url.invokeMode,
  };
}
