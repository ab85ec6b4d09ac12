import type { FunctionName } from '../reported-host.ts';
import type { SourceChange, Variant } from './variants.ts';

/** One thing that may make a function faster, as variants of one function; the first is what we ship. */
export interface Lever {
  readonly help: string;
  readonly functionName: FunctionName;
  readonly variants: readonly Variant[];
}

const SHED = 'src/functions/shed.ts';
const BUILTIN = /const (.+) = process\.getBuiltinModule\(('[^']+')\);/;
const importing = (file: string): SourceChange => ({ file, from: BUILTIN, to: 'import $1 from $2;' });
const UNOPENED: SourceChange = { file: SHED, from: /await shed\.open\(\);/, to: '' };
const COLD_CAT: SourceChange = { file: 'src/functions/get-cat/handler.ts', from: /await warmUp.*/, to: '' };
const COLD_WOLF: SourceChange = {
  file: 'src/functions/delete-wolf/handler.ts',
  from: /const trial[\s\S]*/,
  to: '',
};
const CREDENTIALS = {
  '@aws-sdk/credential-provider-node': './src/adapters/dynamodb/environment-credentials.ts',
};
const REQUIRE = "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);";
/** The stack `tsthin`. */
const THIN = { conditions: ['module', 'thin'] };

const EMPTY: Variant = {
  label: 'empty handler',
  instead: 'export const handler = async () => ({ statusCode: 200 });',
};

/** The levers of lab/results/startup.md by name. */
export const LEVERS = {
  builtins: {
    help: 'node:http, node:https and node:crypto by process.getBuiltinModule instead of import',
    functionName: 'post-sheep',
    variants: [
      { label: 'getBuiltinModule', build: THIN },
      {
        label: 'import',
        build: THIN,
        changes: [
          importing('src/adapters/dynamodb/http-exchange.ts'),
          importing('src/adapters/dynamodb/aws-signature.ts'),
        ],
      },
    ],
  },
  'web-streams': {
    help: 'no node:stream/web, which middy needs for streamed answers only',
    functionName: 'get-cat',
    variants: [{ label: 'without' }, { label: 'with', build: { alias: CREDENTIALS } }],
  },
  'sdk-modules': {
    help: "the SDK's ES modules instead of its CommonJS",
    functionName: 'post-sheep',
    variants: [
      { label: 'mainFields module,main' },
      {
        label: 'mainFields main',
        // CommonJS in an ES module needs a `require`.
        build: { mainFields: ['main'], conditions: [], banner: { js: REQUIRE } },
      },
    ],
  },
  'sdk-credentials': {
    help: "credentials from the environment instead of the SDK's chain of providers",
    functionName: 'post-sheep',
    variants: [{ label: 'environment' }, { label: 'whole chain', build: { alias: {} } }],
  },
  'sdk-commands': {
    help: 'only the commands that are used, instead of clients with all of them',
    functionName: 'post-sheep',
    variants: [
      { label: 'used commands' },
      {
        label: 'all commands',
        besides: `import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
Object.assign(globalThis, { kept: [DynamoDB, DynamoDBDocument] });`,
      },
    ],
  },
  minify: {
    help: 'a minified bundle without source map',
    functionName: 'post-sheep',
    variants: [
      { label: 'minified' },
      { label: 'not minified', build: { minify: false } },
      {
        label: 'source map',
        build: { sourcemap: 'inline' },
        environment: { NODE_OPTIONS: '--enable-source-maps' },
      },
    ],
  },
  connection: {
    help: 'the connection to DynamoDB opened during init',
    functionName: 'post-sheep',
    variants: [
      { label: 'opened in init' },
      { label: 'opened by the first call', changes: [UNOPENED] },
      { label: 'thin client, in init', build: THIN },
      { label: 'thin client, by the first call', build: THIN, changes: [UNOPENED] },
    ],
  },
  'warm-cat': {
    help: 'the cat run during init',
    functionName: 'get-cat',
    variants: [
      { label: 'A(3,6), once' },
      {
        label: 'A(3,4), 30 times',
        changes: [{ ...COLD_CAT, from: /n: '6' } }, 1/, to: "n: '4' } }, 30" }],
      },
      { label: 'none', changes: [COLD_CAT] },
      EMPTY,
    ],
  },
  'warm-wolf': {
    help: 'the wolf run during init, on a shed in memory',
    functionName: 'delete-wolf',
    variants: [
      { label: '100 sheep, 12 times' },
      { label: '100 sheep, once', changes: [{ ...COLD_WOLF, from: /\{\}, 12/, to: '{}, 1' }] },
      { label: 'none', changes: [COLD_WOLF] },
    ],
  },
} as const satisfies Readonly<Record<string, Lever>>;

/** The name of a lever. */
export type LeverName = keyof typeof LEVERS;

/** All names, in the order of the table. */
export const LEVER_NAMES = Object.keys(LEVERS) as readonly LeverName[];
