import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { parseBoundedJson } from '../bounded-json.ts';
import type { GatewayAnswer } from '../gateway/answer.ts';
import { decode } from '../gateway/gateway-request.ts';
import { apiError, json } from '../lambda-api/errors.ts';
import { API_CHANGE_OPERATIONS } from './api-change-operations.ts';
import { API_OPERATIONS } from './api-operations.ts';
import { FUNCTION_OPERATIONS } from './function-operations.ts';
import { invalid, ManagementError } from './management-error.ts';
import { MAPPING_OPERATIONS } from './mapping-operations.ts';
import type { Operation } from './operation.ts';
import { PERMISSION_OPERATIONS } from './permission-operations.ts';
import type { Platform } from './platform.ts';
import { SETTINGS_OPERATIONS } from './settings-operations.ts';
import { TAG_OPERATIONS } from './tag-operations.ts';
import { unservedOperation } from './unserved-operations.ts';
import { URL_OPERATIONS } from './url-operations.ts';
import { VERSION_OPERATIONS } from './version-operations.ts';

/** All operations: those of Lambda that manage functions, and those of API Gateway's HTTP APIs. */
const OPERATIONS: readonly Operation[] = [
  ...FUNCTION_OPERATIONS,
  ...VERSION_OPERATIONS,
  ...SETTINGS_OPERATIONS,
  ...PERMISSION_OPERATIONS,
  ...TAG_OPERATIONS,
  ...URL_OPERATIONS,
  ...MAPPING_OPERATIONS,
  ...API_OPERATIONS,
  ...API_CHANGE_OPERATIONS,
];

/** Answers a request of AWS's clients; never rejects with what the caller did wrong. */
export type ManagementApi = (request: IncomingMessage, body: Buffer) => Promise<GatewayAnswer>;

/** Whether a request is one of API Gateway's own API: its paths may be routes of functions, its signature tells. */
export function isApiGatewayManagement(url: string, { authorization }: IncomingHttpHeaders): boolean {
  return url.startsWith('/v2/') && authorization?.includes('/apigateway/aws4_request') === true;
}

interface Compiled {
  readonly operation: Operation;
  readonly segments: readonly string[];
}

/** Makes the API. @param platform what it manages. */
export function createManagementApi(platform: Platform): ManagementApi {
  const compiled: readonly Compiled[] = OPERATIONS.map((operation) => ({
    operation,
    segments: operation.path.split('/').slice(1),
  }));

  return async (request, body) => {
    const { method = 'GET', url = '/' } = request;
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const isGateway = pathname.startsWith('/v2/');
    const segments = pathname.split('/').slice(1).map(decode);
    // AWS's clients write some paths with a slash at the end.
    if (segments.at(-1) === '') segments.pop();
    try {
      const found = find(method, segments);
      if (found === undefined) throw unservedOperation(method, pathname);
      const { operation, path } = found;
      const given = { platform, path, body: parse(body), query: queryOf(searchParams) };
      const answer = await operation.run(given);
      if (answer === undefined) return { status: operation.status, headers: [], body: '' };
      return json(operation.status, answer);
    } catch (error) {
      if (!(error instanceof ManagementError)) throw error;
      return isGateway ? gatewayError(error) : apiError(error.status, error.type, error.message);
    }
  };

  function find(method: string, given: readonly string[]) {
    for (const { operation, segments } of compiled) {
      if (operation.method !== method || segments.length !== given.length) continue;
      const path: Record<string, string> = {};
      const fits = segments.every((segment, i) => {
        const value = given[i] ?? '';
        if (!segment.startsWith('{')) return segment === value;
        path[segment.slice(1, -1)] = value;
        return value !== '';
      });
      if (fits) return { operation, path };
    }
    return undefined;
  }
}

/** API Gateway has fewer kinds of errors than Lambda. */
function gatewayError({ type, status, message }: ManagementError): GatewayAnswer {
  const own = type === 'InvalidParameterValueException' ? 'BadRequestException' : type;
  return json(status, { message }, ['x-amzn-errortype', own]);
}

/** A name that stands there more than once has a list. */
function queryOf(parameters: URLSearchParams): object {
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const all = parameters.getAll(name);
      return [name, all.length > 1 ? all : all[0]];
    }),
  );
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return parseBoundedJson(body);
  } catch (cause) {
    throw invalid(`the body: must be JSON, is not (${(cause as Error).message})`, { cause });
  }
}
