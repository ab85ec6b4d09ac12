import type { Option, OptionTable } from '@sheep-shed/options';
import { resolveOptions } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import type { AwsCredentials } from '../adapters/aws/client-options.ts';
import type { DynamodbShedOptions } from '../adapters/dynamodb/dynamodb-options.ts';

const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/** The key that Lambda hands to a function; asked for anew before each request. */
export const CREDENTIAL_OPTIONS = {
  accessKeyId: {
    env: 'AWS_ACCESS_KEY_ID',
    required: true,
    help: 'id of the key that signs requests to the table',
    ...secret(),
  },
  secretAccessKey: { env: 'AWS_SECRET_ACCESS_KEY', required: true, help: 'the key itself', ...secret() },
  sessionToken: { env: 'AWS_SESSION_TOKEN', help: 'what belongs to a temporary key', ...secret() },
} satisfies OptionTable;

/** The options of the functions that work on the shed: the table by `serverless.yml`, the others by Lambda. */
export const SHED_OPTIONS = {
  table: {
    env: 'SHEEP_SHED_TABLE',
    required: true,
    help: 'name of the DynamoDB table',
    allowed: 'a table name of 3 to 255 letters, digits, "_", "." and "-"',
    read: ([text = '']) => (TABLE_NAME.test(text) ? text : undefined),
  } satisfies Option<string>,
  segments: {
    env: 'SHEEP_SHED_SEGMENTS',
    help: 'parts of the table that dog and wolf read at once',
    default: 1,
    ...wholeNumber(1, 16),
  } satisfies Option<number>,
  region: {
    env: 'AWS_REGION',
    required: true,
    help: 'AWS region of the table',
    allowed: 'an AWS region, such as eu-west-3',
    read: ([text = '']) => (/^[a-z][a-z0-9-]{0,62}$/.test(text) ? text : undefined),
  } satisfies Option<string>,
  endpoint: {
    env: 'AWS_ENDPOINT_URL_DYNAMODB',
    help: "another DynamoDB than the region's",
    ...address(),
  } satisfies Option<string>,
  commonEndpoint: {
    env: 'AWS_ENDPOINT_URL',
    help: 'the same for every service of AWS, as emulators set it',
    ...address(),
  } satisfies Option<string>,
} satisfies OptionTable;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the environment says that the shed is. @throws OptionError */
export function shedPlace(environment: Environment): DynamodbShedOptions {
  const { commonEndpoint, ...place } = resolveOptions(SHED_OPTIONS, { environment });
  return { ...place, endpoint: place.endpoint ?? commonEndpoint };
}

/**
 * Reads the key anew each time it is called.
 * @throws OptionError at once if it is missing now: init fails then, not the first request.
 */
export function environmentCredentials(environment: Environment): () => AwsCredentials {
  const credentials = () => resolveOptions(CREDENTIAL_OPTIONS, { environment });
  credentials();
  return credentials;
}

/** Reads an address of a server. */
export function address(): Pick<Option<string>, 'allowed' | 'read'> {
  return {
    allowed: 'an http:// or https:// address without a path',
    read: ([text = '']) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      return url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' ? text : undefined;
    },
  };
}

function secret(): Pick<Option<string>, 'allowed' | 'read' | 'isSecret'> {
  return {
    allowed: 'a text without white space',
    isSecret: true,
    read: ([text = '']) => (/^\S+$/.test(text) ? text : undefined),
  };
}
