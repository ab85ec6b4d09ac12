import { flagOf, type Option, OptionError, type OptionTable, type Values } from '@sheep-shed/options';
import type { Need } from '../functions/catalogue.ts';
import { FLOCK_OPTIONS } from '../functions/flock-options.ts';
import { PORTRAIT_OPTIONS } from '../functions/portrait-options.ts';
import { openShed } from '../functions/shed.ts';
import { CREDENTIAL_OPTIONS, SHED_OPTIONS } from '../functions/shed-options.ts';

const { accessKeyId, secretAccessKey, sessionToken } = CREDENTIAL_OPTIONS;

/** The options of all that functions need. None is required: a host may serve functions that need nothing. */
export const NEED_OPTIONS = {
  ...SHED_OPTIONS,
  table: optional(SHED_OPTIONS.table),
  region: optional(SHED_OPTIONS.region),
  accessKeyId: optional({ ...accessKeyId, help: `${accessKeyId.help}; when not given, what the SDK finds` }),
  secretAccessKey: optional(secretAccessKey),
  sessionToken,
  ...PORTRAIT_OPTIONS,
  portraitBucket: optional(PORTRAIT_OPTIONS.portraitBucket),
  portraitDeadLetters: optional(PORTRAIT_OPTIONS.portraitDeadLetters),
  ...FLOCK_OPTIONS,
  flockImports: optional(FLOCK_OPTIONS.flockImports),
  flockQueue: optional(FLOCK_OPTIONS.flockQueue),
  flockDeadLetters: optional(FLOCK_OPTIONS.flockDeadLetters),
} satisfies OptionTable;

type NeedValues = Values<typeof NEED_OPTIONS>;

/** What has been opened for the functions of a host. */
export interface OpenNeed {
  /** Closes its connections; no call may be under way. */
  close(): Promise<void>;
}

/** Opens what a function needs. @throws OptionError when an option is missing. */
type Opener = (values: NeedValues, users: readonly string[]) => Promise<OpenNeed>;

/** One row a need; a new one does not compile until it has an opener. */
const OPENERS: Readonly<Record<Need, Opener>> = {
  shed: (values, users) => {
    const { segments, endpoint, commonEndpoint } = values;
    const wanted = { what: 'a shed', users };
    return openShed({
      table: required('table', values, wanted),
      region: required('region', values, wanted),
      segments,
      endpoint: endpoint ?? commonEndpoint,
      ...credentialsOf(values),
    });
  },
  // Each loads a client of AWS of its own, so it is loaded when it is needed.
  finder: async (values, users) => {
    const wanted = { what: 'a shed', users };
    const { openFinder } = await import('../functions/finder.ts');
    const { endpoint, commonEndpoint } = values;
    return openFinder({
      table: required('table', values, wanted),
      ...placeOf(values, wanted, endpoint ?? commonEndpoint),
    });
  },
  portraits: async (values, users) => {
    const wanted = { what: 'a bucket of portraits', users };
    const { openPortraits } = await import('../functions/portraits.ts');
    const { s3Endpoint, commonEndpoint } = values;
    return openPortraits({
      bucket: required('portraitBucket', values, wanted),
      ...placeOf(values, wanted, s3Endpoint ?? commonEndpoint),
    });
  },
  objects: async (values, users) => {
    const { openObjects } = await import('../functions/objects.ts');
    const { s3Endpoint, commonEndpoint } = values;
    return openObjects(placeOf(values, { what: 'objects', users }, s3Endpoint ?? commonEndpoint));
  },
  maker: async () => (await import('../functions/portrait-maker.ts')).openMaker(),
  portraitDeadLetters: async (values, users) => {
    const wanted = { what: 'a queue of dead letters', users };
    const { openQueue } = await import('../functions/queue.ts');
    const { sqsEndpoint, commonEndpoint } = values;
    return openQueue({
      url: required('portraitDeadLetters', values, wanted),
      ...placeOf(values, wanted, sqsEndpoint ?? commonEndpoint),
    });
  },
  flock: async (values, users) => {
    const { endpoint, s3Endpoint, sqsEndpoint, commonEndpoint } = values;
    const wanted = { what: 'a table of imports and queues', users };
    const { openFlock } = await import('../functions/flock.ts');
    return openFlock({
      table: required('table', values, wanted),
      imports: required('flockImports', values, wanted),
      queue: required('flockQueue', values, wanted),
      deadLetters: required('flockDeadLetters', values, wanted),
      ...placeOf(values, wanted, endpoint ?? commonEndpoint),
      s3Endpoint: s3Endpoint ?? commonEndpoint,
      sqsEndpoint: sqsEndpoint ?? commonEndpoint,
    });
  },
};

/** An option without which something cannot be opened. */
type RequiredOption =
  | 'table'
  | 'region'
  | 'portraitBucket'
  | 'portraitDeadLetters'
  | 'flockImports'
  | 'flockQueue'
  | 'flockDeadLetters';

type Wanted = { readonly what: string; readonly users: readonly string[] };

/** Where a service of AWS is. */
function placeOf(values: NeedValues, wanted: Wanted, endpoint: string | undefined) {
  return { region: required('region', values, wanted), endpoint, ...credentialsOf(values) };
}

/**
 * Opens everything that some functions need, each thing once.
 * @returns what they are handed under the names of their needs, and the end of it.
 * @throws OptionError naming the option that is missing and the functions that need it; then nothing stays open.
 */
export async function openNeeds(
  functions: readonly { readonly name: string; readonly needs: readonly Need[] }[],
  values: NeedValues,
): Promise<{ readonly parts: Readonly<Partial<Record<Need, OpenNeed>>>; close(): Promise<void> }> {
  const parts: Partial<Record<Need, OpenNeed>> = {};
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(parts).map((part) => part.close()));
  };
  try {
    for (const need of new Set(functions.flatMap(({ needs }) => needs))) {
      const users = functions.filter(({ needs }) => needs.includes(need)).map(({ name }) => name);
      parts[need] = await OPENERS[need](values, users);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { parts, close };
}

/** The value of an option that must be there since some functions need something. @throws OptionError */
function required<Name extends RequiredOption>(
  name: Name,
  values: NeedValues,
  { what, users }: Wanted,
): NonNullable<NeedValues[Name]> {
  const value = values[name];
  if (value !== undefined) return value;
  const { env, allowed } = NEED_OPTIONS[name];
  throw new OptionError(
    `${flagOf(name)} (or ${env}) is missing: ${users.join(', ')} need${users.length === 1 ? 's' : ''} ${what}. ` +
      `It must be ${allowed}; choose other functions with --function`,
  );
}

/** The key of AWS that was given; nothing when the SDK shall look for one. */
function credentialsOf({ accessKeyId, secretAccessKey, sessionToken }: NeedValues) {
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new OptionError('--access-key-id and --secret-access-key must be given together, or neither');
  }
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  return { credentials: () => ({ accessKeyId, secretAccessKey, sessionToken }) };
}

function optional<T>({ required: _required, ...option }: Option<T>): Omit<Option<T>, 'required' | 'default'> {
  return option;
}
