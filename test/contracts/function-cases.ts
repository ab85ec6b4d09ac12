/** What every function does on every host, as data; a host is an object of {@link FunctionHost}. */
import assert from 'node:assert/strict';
import type { ErrorCode } from '../../src/domain/errors.ts';
import type { ContractHost } from './function-hosts.ts';
import type { StoredSheep, TargetTable } from './http.ts';

/** How a call ended, as its caller sees it. */
export type CallOutcome =
  | { readonly kind: 'json'; readonly text: string }
  | { readonly kind: 'bytes'; readonly type: string; readonly bytes: Uint8Array }
  /** An empty answer; of a host that does not answer, as one of a queue, every success. */
  | { readonly kind: 'nothing' }
  /** `code` is absent on a host that does not answer. */
  | { readonly kind: 'error'; readonly code?: ErrorCode; readonly message?: string };

/** A bucket, for uploads and flocks. */
export interface FunctionBucket {
  readonly name: string;
  put(key: string, body: string | Uint8Array): Promise<void>;
  /** All keys, sorted. */
  keys(): Promise<readonly string[]>;
  clear(): Promise<void>;
}

/** What stands behind the functions. */
export interface FunctionWorld {
  readonly shed: TargetTable;
  /** Absent where no S3 is: rows that need one are skipped there, and their host has them in another file. */
  readonly bucket?: FunctionBucket;
}

/** One host that serves functions; on all that it serves ({@link servedBy}) the whole contract is checked. */
export interface FunctionHost {
  readonly name: ContractHost;
  readonly world: FunctionWorld;
  /** Calls a function and waits for its end. A transport of texts sends the fields of an event as texts. */
  call(functionName: string, event: Readonly<Record<string, unknown>>): Promise<CallOutcome>;
  /** It tells success from failure, but not what the function returns. */
  readonly isOneWay?: true;
}

type FunctionEvent = Readonly<Record<string, unknown>>;

/** One statement about a function. */
export interface FunctionCase {
  readonly functionName: string;
  /** Or what makes it, given the name of the bucket. */
  readonly event: FunctionEvent | ((bucket: string) => FunctionEvent);
  /** The text of JSON, or a pattern of it; bytes, or a pattern of their text; `nothing`; or how it fails. */
  readonly outcome:
    | string
    | RegExp
    | { readonly type: string; readonly bytes: readonly number[] | RegExp }
    | 'nothing'
    | { readonly code: ErrorCode; readonly message: string };
  /** What the world holds before. */
  readonly before?: {
    readonly sheep?: readonly StoredSheep[];
    /** By key; it needs a bucket, and queues. */
    readonly objects?: Readonly<Record<string, string | Uint8Array>>;
  };
  /** What it holds after. */
  readonly after?: (world: FunctionWorld) => Promise<void>;
}

const PRIME = 159_999_999_983;
const COMPOSITE = 160_000_000_000;
const LARGEST = 18_446_744_073_709_551_615n;
const HERD = [
  { tattoo: 1n, weight: PRIME },
  { tattoo: 2n, weight: COMPOSITE },
];
const tattoosAre = (...expected: readonly bigint[]) =>
  async function check({ shed }: FunctionWorld): Promise<void> {
    assert.deepEqual(
      (await shed.read()).map(({ tattoo }) => tattoo),
      expected,
    );
  };

const keysAre = (...expected: readonly string[]) =>
  async function check({ bucket }: FunctionWorld): Promise<void> {
    assert.deepEqual(await bucket?.keys(), expected);
  };
const UPLOAD = '8232999999999-0000000a';
const objectAt = (key: string) => (bucket: string) => ({ bucket, key });
/** The smallest PNG. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** Every function has its rows here; a host that serves it takes them all. */
export const CASES: readonly FunctionCase[] = [
  ...(['7', 7, LARGEST, `${LARGEST}`] as const).map((tattoo) => ({
    functionName: 'post-sheep',
    event: { tattoo },
    outcome: new RegExp(`^\\{"tattoo":${tattoo},"weight":\\d{11,12}\\}$`),
    before: { sheep: [] },
    after: tattoosAre(BigInt(tattoo)),
  })),
  {
    functionName: 'post-sheep',
    event: { tattoo: 1 },
    outcome: { code: 'SHEEP_ALREADY_IN_SHED', message: 'sheep 1 is already in the shed' },
    before: { sheep: HERD },
    after: tattoosAre(1n, 2n),
  },
  {
    functionName: 'post-sheep',
    event: { tattoo: LARGEST + 1n },
    outcome: {
      code: 'INVALID_INPUT',
      message: `tattoo must be 1 to 20 digits, from 0 to ${LARGEST}; got ${LARGEST + 1n}`,
    },
    before: { sheep: [] },
    after: tattoosAre(),
  },
  { functionName: 'get-dog', event: {}, outcome: '{"count":2}', before: { sheep: HERD } },
  { functionName: 'get-cat', event: { m: 3, n: '6' }, outcome: '{"result":509}' },
  {
    functionName: 'get-cat',
    event: { m: 3 },
    outcome: {
      code: 'INVALID_INPUT',
      message: 'n must be a whole number of 1 to 15 digits, given once; got nothing',
    },
  },
  {
    functionName: 'get-cat',
    event: { m: 4, n: 2 },
    outcome: {
      code: 'CAT_WOULD_NOT_FINISH',
      message: 'm=4, n=2 takes more rewriting steps than the 20000000 allowed',
    },
  },
  {
    functionName: 'delete-wolf',
    event: {},
    outcome: 'nothing',
    before: { sheep: HERD },
    after: tattoosAre(2n),
  },
  {
    functionName: 'delete-wolf',
    event: {},
    outcome: { code: 'NO_FITTING_SHEEP', message: 'no sheep of prime weight is in the shed' },
    before: { sheep: [] },
  },
  { functionName: 'echo', event: {}, outcome: '{}' },
  { functionName: 'echo', event: { text: 'é\n"\u{1f411}' }, outcome: '{"text":"é\\n\\"\u{1f411}"}' },
  {
    functionName: 'text-to-bytes',
    event: { text: 'é\0' },
    outcome: { type: 'application/octet-stream', bytes: [195, 169, 0] },
  },
  {
    functionName: 'text-to-bytes',
    event: (bucket) => ({ bucket, key: 'sheep/é 1' }),
    outcome: { type: 'application/octet-stream', bytes: [195, 169, 10] },
    before: { objects: { 'sheep/é 1': 'é\n' } },
  },
  {
    functionName: 'text-to-bytes',
    event: (bucket) => ({ bucket, key: 'goat' }),
    outcome: { code: 'INVALID_INPUT', message: 'key must be the key of an object in the bucket; got "goat"' },
    before: { objects: {} },
  },
  {
    functionName: 'text-to-bytes',
    event: { bucket: 'texts' },
    outcome: { code: 'INVALID_INPUT', message: 'key must be a key of 1 to 1024 bytes; got nothing' },
  },
  {
    functionName: 'text-to-bytes',
    event: { bucket: '../texts', key: 'goat' },
    outcome: {
      code: 'INVALID_INPUT',
      message:
        'bucket must be a bucket\'s name of 3 to 63 small letters, digits, "." and "-"; got "../texts"',
    },
  },
  {
    functionName: 'text-to-bytes',
    event: {},
    outcome: { code: 'INVALID_INPUT', message: 'text must be a text; got nothing' },
  },
  {
    functionName: 'request-portrait',
    event: { tattoo: 7, type: 'image/gif' },
    outcome: {
      code: 'INVALID_INPUT',
      message: 'type must be image/jpeg, image/png, image/webp; got "image/gif"',
    },
  },
  {
    functionName: 'request-portrait',
    event: { tattoo: 'dolly', type: 'image/png' },
    outcome: {
      code: 'INVALID_INPUT',
      message: `tattoo must be 1 to 20 digits, from 0 to ${LARGEST}; got "dolly"`,
    },
  },
  {
    functionName: 'request-portrait',
    event: { tattoo: 1, type: 'image/png' },
    outcome: /^\{"upload":"\d{13}-[0-9a-f]{8}","tattoo":1,"url":"[^"]+","fields":\{"[^}]+"\}\}$/,
    before: { sheep: HERD },
  },
  {
    functionName: 'request-portrait',
    event: { tattoo: 3, type: 'image/png' },
    outcome: { code: 'NO_FITTING_SHEEP', message: 'sheep 3 is not in the shed' },
    before: { sheep: HERD },
  },
  { functionName: 'import-flock', event: { Event: 's3:TestEvent' }, outcome: '{"files":[]}' },
  {
    functionName: 'import-flock',
    event: objectAt('in/flock.csv'),
    outcome: '{"files":[{"key":"in/flock.csv","outcome":"complete","added":2,"refused":0}]}',
    before: {
      sheep: [],
      objects: { 'in/flock.csv': `tattoo,weight\n7,${PRIME}\n${LARGEST},${COMPOSITE}\n` },
    },
    after: tattoosAre(7n, LARGEST),
  },
  {
    functionName: 'import-flock',
    event: objectAt('in/none.csv'),
    outcome: '{"files":[{"key":"in/none.csv","outcome":"gone"}]}',
    before: { objects: {} },
  },
  { functionName: 'import-flock', event: {}, outcome: '{"files":[]}', before: { objects: {} } },
  { functionName: 'make-portrait', event: { Event: 's3:TestEvent' }, outcome: '[]' },
  {
    functionName: 'make-portrait',
    event: objectAt(`uploads/${UPLOAD}-1`),
    outcome: `[{"upload":"${UPLOAD}","outcome":"shown"}]`,
    before: { objects: { [`uploads/${UPLOAD}-1`]: PNG } },
    after: keysAre(`portraits/${UPLOAD}-1`, `sheep/1/${UPLOAD}`),
  },
  {
    functionName: 'make-portrait',
    event: objectAt(`uploads/${UPLOAD}-1`),
    outcome: `[{"upload":"${UPLOAD}","outcome":"refused"}]`,
    before: { objects: { [`uploads/${UPLOAD}-1`]: 'no photo at all' } },
    after: keysAre(`refused/${UPLOAD}-1`),
  },
  { functionName: 'make-portrait', event: {}, outcome: '[]', before: { objects: {} } },
  {
    functionName: 'get-gallery',
    event: {},
    outcome: { type: 'text/html; charset=utf-8', bytes: /Sheep 1\b.*Sheep 2: too dark/s },
    before: {
      sheep: HERD,
      objects: { [`portraits/${UPLOAD}-1`]: PNG, [`refused/${UPLOAD}-2`]: 'too dark' },
    },
  },
  {
    functionName: 'get-gallery',
    event: { from: 'the start' },
    outcome: {
      code: 'INVALID_INPUT',
      message: 'from must be the id of an upload, given once; got "the start"',
    },
  },
];
