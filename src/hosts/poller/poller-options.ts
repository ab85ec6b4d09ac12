import { type Option, OptionError, type OptionTable, type Values } from '@sheep-shed/options';
import { SWITCH, wholeNumber } from '@sheep-shed/options/readers';
import type { HOST_OPTIONS } from '../host-options.ts';
import { serverOptions } from '../server-options.ts';
import type { QueueOptions } from './queue.ts';

const QUEUE_NAME = /^[\w-]{1,80}$|^[\w-]{1,75}\.fifo$/;

/** What the poller has of options, besides those of every host. */
export const POLLER_OPTIONS = {
  queue: {
    env: 'HOST_QUEUE',
    required: true,
    help: 'queue of SQS to take messages from',
    allowed: 'the name or the URL of a queue',
    read: ([given = '']) => (isUrl(given) || QUEUE_NAME.test(given) ? given : undefined),
  } satisfies Option<string>,
  bind: {
    env: 'HOST_BIND',
    help: 'all messages are for the one function that is served: a body is its event, and names no function',
    ...SWITCH,
  } satisfies Option<boolean>,
  visibility: {
    env: 'HOST_VISIBILITY',
    help: 'seconds for which a message stays out of sight of other consumers; extended while its call runs',
    default: 30,
    ...wholeNumber(2, 43_200),
  } satisfies Option<number>,
  wait: {
    env: 'HOST_WAIT',
    help: 'seconds of a long poll',
    default: 20,
    ...wholeNumber(0, 20),
  } satisfies Option<number>,
  queueEndpoint: {
    env: 'AWS_ENDPOINT_URL_SQS',
    help: "another SQS than the region's",
    allowed: 'an http:// or https:// address without a path',
    read: ([given = '']) => (isUrl(given) && new URL(given).pathname === '/' ? given : undefined),
  } satisfies Option<string>,
  ...serverOptions(8081, ' for /health and /metrics'),
} satisfies OptionTable;

/** What the poller is configured with. */
export type PollerValues = Values<typeof POLLER_OPTIONS> &
  Pick<
    Values<typeof HOST_OPTIONS>,
    'region' | 'commonEndpoint' | 'accessKeyId' | 'secretAccessKey' | 'sessionToken'
  >;

/**
 * Where the queue is. The SDK finds credentials and region when they are not given.
 * @throws OptionError when half of a key is given.
 */
export function queuePlace(values: PollerValues): QueueOptions {
  const { queue, visibility, wait, accessKeyId, secretAccessKey, sessionToken } = values;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new OptionError('--access-key-id and --secret-access-key must be given together, or neither');
  }
  const endpoint = values.queueEndpoint ?? values.commonEndpoint ?? foreignEndpoint(queue);
  const region = values.region ?? regionOf(queue);
  return {
    queue,
    visibilitySeconds: visibility,
    waitSeconds: wait,
    client: {
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      ...(accessKeyId !== undefined &&
        secretAccessKey !== undefined && {
          credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
        }),
    },
  };
}

function isUrl(given: string): boolean {
  return URL.canParse(given) && /^https?:$/.test(new URL(given).protocol);
}

/** The region that the URL of a queue on AWS names. */
function regionOf(queue: string): string | undefined {
  return /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(queue)?.[1];
}

/** The server of a URL that is not on AWS. */
function foreignEndpoint(queue: string): string | undefined {
  if (!isUrl(queue)) return undefined;
  const { origin, hostname } = new URL(queue);
  return /\.amazonaws\.com(\.cn)?$/.test(hostname) ? undefined : origin;
}
