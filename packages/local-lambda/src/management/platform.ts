import type { DestinationEndpoints } from '../deployment-package/async-configs.ts';
import type { HostedFunction } from '../function-host.ts';
import type { Place } from './definition.ts';
import { functionArn } from './definition.ts';
import type { KeptApis } from './kept-apis.ts';
import type { KeptFunctions } from './kept-functions.ts';
import type { KeptMappings } from './kept-mappings.ts';
import { ManagementError } from './management-error.ts';
import type { FunctionRecord, VersionRecord } from './records.ts';

/** What the operations of the management API work on. */
export interface Platform {
  readonly place: Place;
  readonly functions: KeptFunctions;
  readonly mappings: KeptMappings;
  readonly apis: KeptApis;
  /** All that run, those of packages too. */
  readonly hosted: ReadonlyMap<string, HostedFunction>;
  /** Runtimes that this machine runs, by what their names begin with. */
  readonly runtimes: readonly string[];
  /** Where the host is reached, such as `http://127.0.0.1:3000`. */
  readonly url: () => string;
  /** Servers that destinations are sent to. */
  readonly endpoints: DestinationEndpoints;
  /** Environments that all functions together may have. */
  readonly maxEnvironments: number;
  /** Reads an object of S3. @throws ManagementError when there is no server, or no such object. */
  readonly readObject: (bucket: string, key: string, version: string | undefined) => Promise<Buffer>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
}

/** A function as a request names it: by name, ARN or part of one, with or without a qualifier. */
export interface NamedFunction {
  readonly name: string;
  readonly qualifier: string | undefined;
}

const NAME =
  /^(?:(?:arn:aws[\w-]*:lambda:[\w-]+:)?(?:\d{12}:)?function:|\d{12}:)?([\w-]{1,140})(?::(\$LATEST|[\w-]{1,128}))?$/;

/**
 * Reads what names a function.
 * @param asked the qualifier that stands beside it.
 * @throws ManagementError when it is no name, or has another qualifier than is asked for.
 */
export function namedFunction(given: string, asked?: string): NamedFunction {
  const [, name, own] = NAME.exec(given) ?? [];
  if (name === undefined) {
    throw new ManagementError(
      'InvalidParameterValueException',
      `FunctionName: must be a name of letters, digits, - and _, or an ARN, is ${JSON.stringify(given)}`,
    );
  }
  if (own !== undefined && asked !== undefined && own !== asked) {
    throw new ManagementError(
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  return { name, qualifier: own ?? asked };
}

/** @throws ManagementError as Lambda words it. */
export function notFound({ place }: Platform, name: string, qualifier?: string): never {
  const suffix = qualifier === undefined ? '' : `:${qualifier}`;
  throw new ManagementError(
    'ResourceNotFoundException',
    `Function not found: ${functionArn(place, name)}${suffix}`,
  );
}

/** The record that is to be changed. @throws ManagementError when there is none. */
export function existing(
  platform: Platform,
  name: string,
  record: FunctionRecord | undefined,
): FunctionRecord {
  return record ?? notFound(platform, name);
}

/** The version of a function that a qualifier means. @throws ManagementError when there is none. */
export function versionOf(
  platform: Platform,
  record: FunctionRecord,
  qualifier: string | undefined,
): VersionRecord {
  const number = record.aliases[qualifier ?? '']?.version ?? qualifier ?? '$LATEST';
  const found = [record.latest, ...record.versions].find(({ version }) => version === number);
  return found ?? notFound(platform, record.name, qualifier);
}

/** Refuses a change that was made for another state of what it changes. @param shownBy operations that tell the state. */
export function checkRevision(
  given: string | undefined,
  current: string,
  shownBy = 'GetFunction/GetAlias',
): void {
  if (given === undefined || given === current) return;
  throw new ManagementError(
    'PreconditionFailedException',
    `The RevisionId provided does not match the latest RevisionId. Call the ${shownBy} API to retrieve the latest RevisionId (given ${given}, latest ${current})`,
  );
}
