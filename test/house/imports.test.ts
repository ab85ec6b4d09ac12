import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..');

/** Anything that is not a path of this repository: a package of npm or a module of Node. */
const NPM = /^(?!\.|src\/|bench\/|local-lambda\/|insights\/|rehearsal\/|test\/)/;

/** Who may import whom: the first rule whose `files` match decides; `may` matches paths, or npm and node names. */
const RULES: readonly { files: RegExp; may: readonly RegExp[] }[] = [
  { files: /^src\/domain\//, may: [/^src\/domain\//] },
  { files: /^src\/functions\/[^/]+\/run\.ts$/, may: [/^src\/domain\//] },
  {
    files: /^src\/functions\/([^/]+)\/handler\.ts$/,
    may: [
      /^src\/functions\/[^/]+\/run\.ts$/,
      /^src\/functions\/(shed|shed-options|get-cat\/options)\.ts$/,
      /^src\/wrappers\/lambda\.ts$/,
      /^src\/domain\/sheep\.ts$/,
      /^src\/adapters\//,
      /^src\/config\.ts$/,
    ],
  },
  {
    files: /^src\/functions\/(shed-|get-cat\/)options\.ts$/,
    may: [/^src\/config\.ts$/, /^src\/domain\/ackermann\.ts$/],
  },
  // Which adapter `#dynamodb-shed` is, `imports` of package.json and the bundler's conditions say.
  {
    files: /^src\/functions\/shed\.ts$/,
    may: [/^#dynamodb-shed$/, /^src\/config\.ts$/, /^src\/functions\/shed-options\.ts$/],
  },
  {
    files: /^src\/adapters\/dynamodb-shed\.ts$/,
    may: [/^src\/domain\//, /^src\/adapters\/(dynamodb-options|side-by-side)\.ts$/, /^@aws-sdk\//],
  },
  {
    files: /^src\/adapters\/(dynamodb-|aws-signature|http-exchange)/,
    may: [/^src\/domain\//, /^src\/adapters\//, /^node:(crypto|https?)$/],
  },
  { files: /^src\/adapters\/environment-credentials/, may: [/^@aws-sdk\//] },
  { files: /^src\/adapters\//, may: [/^src\/domain\//] },
  {
    files: /^src\/wrappers\/lambda\.ts$/,
    may: [/^src\/domain\/(context|errors|log)\.ts$/, /^src\/config\.ts$/, /^@middy\/core$/, /^aws-lambda$/],
  },
  { files: /^src\/wrappers\/no-web-streams\.ts$/, may: [] },
  { files: /^src\/config\.ts$/, may: [/^node:util$/] },
  // Micro-benchmarks measure one part each, from the inside.
  {
    files: /^bench\/startup\/(wrapper-cost|kernel-child)\.ts$/,
    may: [/^bench\//, /^src\/(wrappers|adapters|domain|functions)\//, NPM],
  },
  {
    files: /^bench\/kernels\//,
    may: [/^bench\//, /^src\/domain\/(ackermann|primes|wolf)\.ts$/, /^src\/config\.ts$/, NPM],
  },
  {
    files: /^bench\/scale\//,
    may: [
      /^bench\//,
      /^src\/(config|domain\/primes)\.ts$/,
      /^local-lambda\/start(-dynamodb)?\.ts$/,
      /^insights\/cost\.ts$/,
      NPM,
    ],
  },
  { files: /^bench\/insights\//, may: [/^bench\//, /^insights\//, /^src\/config\.ts$/, NPM] },
  { files: /^bench\/host\//, may: [/^bench\//, /^local-lambda\//, /^src\/config\.ts$/, NPM] },
  {
    files: /^bench\//,
    may: [
      /^bench\//,
      /^src\/config\.ts$/,
      /^local-lambda\/start(-dynamodb)?\.ts$/,
      /^insights\/(summarise|invocations|cost|cloudwatch\/client)\.ts$/,
      NPM,
    ],
  },
  { files: /^local-lambda\//, may: [/^local-lambda\//, /^src\/config\.ts$/, NPM] },
  { files: /^herd\//, may: [/^herd\//, /^src\/config\.ts$/, NPM] },
  {
    files: /^rehearsal\//,
    may: [
      /^rehearsal\//,
      /^test\/contracts\//,
      /^bench\/stacks\/sigv4\.ts$/,
      /^src\/config\.ts$/,
      /^local-lambda\/start\.ts$/,
      /^bench\/result\.ts$/,
      NPM,
    ],
  },
  { files: /^insights\//, may: [/^insights\//, /^src\/config\.ts$/, NPM] },
];

const files = (
  await Array.fromAsync(glob('{src,bench,local-lambda,insights,herd,rehearsal}/**/*.ts', { cwd: ROOT }))
).sort();

/** What a file imports: paths from the root for its own, else the name as it stands. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const names = [
    ...source.matchAll(
      /^(?:import|export)\b[^'"`;]*?\bfrom\s+'([^']+)'|\bimport\(\s*'([^']+)'|^import\s+'([^']+)'|\bgetBuiltinModule\('([^']+)'/gm,
    ),
  ];
  return names
    .map(([, from, lazy, effect, builtin]) => from ?? lazy ?? effect ?? builtin ?? '')
    .map((name) => (name.startsWith('.') ? normalize(join(dirname(file), name)) : name));
}

test('every source file obeys the import table of the design', () => {
  assert.ok(files.length > 30, 'the sources are found');
  for (const file of files) {
    const rule = RULES.find((one) => one.files.test(file));
    assert.ok(rule, `${file} stands in no row of the import table`);
    for (const name of importsOf(file)) {
      assert.ok(
        rule.may.some((allowed) => allowed.test(name)),
        `${file} must not import ${name}`,
      );
    }
  }
});

test('a handler imports only the run.ts of its own folder', () => {
  for (const file of files.filter((one) => one.endsWith('/handler.ts'))) {
    const runs = importsOf(file).filter((name) => name.endsWith('/run.ts'));
    assert.deepEqual(runs, [join(dirname(file), 'run.ts')]);
  }
});

test('what is imported across the house is found by this test', () => {
  assert.ok(importsOf('src/wrappers/lambda.ts').includes('@middy/core'));
  assert.ok(importsOf('src/functions/get-cat/run.ts').includes('src/domain/ackermann.ts'));
});
