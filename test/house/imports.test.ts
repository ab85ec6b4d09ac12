import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..');

/** Anything that is not a path of this repository: a package of npm, of ours by its name, or a module of Node. */
const NPM = /^(?!\.|#|(src|bench|lab|packages|rehearsal|test)\/)/;

/** The catalogue of stacks: data that every room, rehearsal and tests may read. */
const CATALOGUE = /^bench\/stacks\/catalogue\.(ts|json)$/;

/** The rooms of the bench, and the rooms below that each may enter. */
const ROOMS: Readonly<Record<string, string>> = {
  commands: 'engines run agents stacks scenarios herd load reports analysis plan results statistics world',
  engines: 'run herd reports analysis plan results statistics',
  run: 'agents stacks scenarios herd load plan results statistics world',
  agents: 'stacks scenarios herd load plan results statistics world',
  stacks: 'scenarios herd load plan results world',
  scenarios: 'herd load results',
  herd: 'world',
  load: 'results statistics world',
  reports: 'analysis plan results statistics',
  analysis: 'plan results statistics',
  plan: 'results statistics world',
  results: 'statistics',
  statistics: '',
  world: '',
};
const roomRules = Object.entries(ROOMS).map(([room, below]) => ({
  files: new RegExp(`^bench/${room}/`),
  may: [new RegExp(`^bench/(${[room, ...below.split(' ')].filter(Boolean).join('|')})/`), CATALOGUE, NPM],
}));

/** Who may import whom: the first rule whose `files` match decides; `may` matches paths, or npm and node names. */
const RULES: readonly { files: RegExp; may: readonly RegExp[] }[] = [
  { files: /^src\/domain\//, may: [/^src\/domain\//] },
  {
    files: /^src\/functions\/(?:[^/]+\/run|get-gallery\/(?:page|script|style))\.ts$/,
    may: [/^src\/domain\//, /^src\/functions\/get-gallery\/(page|script|style)\.ts$/],
  },
  {
    files: /^src\/functions\/catalogue\.ts$/,
    may: [
      /^src\/functions\/[^/]+\/(run|options)\.ts$/,
      /^src\/domain\/(context|flock)\.ts$/,
      /^@sheep-shed\/options$/,
    ],
  },
  {
    files: /^src\/functions\/([^/]+)\/handler\.ts$/,
    may: [
      /^src\/functions\/[^/]+\.ts$/,
      /^src\/hosts\/lambda\/(events|lambda|sqs)\.ts$/,
      /^src\/domain\/(sheep|shed)\.ts$/,
      /^src\/adapters\//,
      /^@sheep-shed\/options(\/readers)?$/,
    ],
  },
  {
    files: /^src\/functions\/((shed|portrait|flock|endpoint)-|(get-cat|import-flock)\/)options\.ts$/,
    may: [
      /^src\/functions\/((shed|endpoint)-options|flock)\.ts$/,
      /^@sheep-shed\/options(\/readers)?$/,
      /^src\/domain\/(ackermann|objects)\.ts$/,
      /^src\/adapters\/(aws\/client|dynamodb\/dynamodb)-options\.ts$/,
    ],
  },
  // Which adapter `#dynamodb-shed` is, `imports` of package.json and the bundler's conditions say.
  {
    files: /^src\/functions\/shed\.ts$/,
    may: [/^#dynamodb-shed$/, /^src\/adapters\/dynamodb\/dynamodb-options\.ts$/],
  },
  // What handlers and other hosts open alike.
  {
    files: /^src\/functions\/(finder|flock|objects|portraits|portrait-maker|queue)\.ts$/,
    may: [/^src\/(domain|adapters)\//],
  },
  {
    files: /^src\/adapters\/dynamodb\//,
    may: [/^src\/domain\//, /^src\/adapters\/(aws|dynamodb)\//, /^@aws-sdk\//, /^node:(crypto|https?)$/],
  },
  { files: /^src\/adapters\/(s3|sqs)\//, may: [/^src\/domain\//, /^src\/adapters\/aws\//, /^@aws-sdk\//] },
  { files: /^src\/adapters\/csv\//, may: [/^src\/domain\//, /^csv-parse$/, /^node:stream$/] },
  { files: /^src\/adapters\/memory\//, may: [/^src\/domain\//, /^node:crypto$/] },
  {
    files: /^src\/adapters\/sharp\//,
    may: [/^src\/domain\//, /^src\/adapters\/sharp\//, /^sharp$/],
  },
  { files: /^src\/adapters\//, may: [/^src\/domain\//] },
  // What Lambda's bundles hold of what hosts share.
  {
    files: /^src\/hosts\/(correlation|exact-json|failure|http-answer|queue-message)\.ts$/,
    may: [/^src\/domain\/(content|context|errors|log)\.ts$/, /^src\/hosts\/(exact-json|failure)\.ts$/],
  },
  {
    files: /^src\/hosts\/lambda\/lambda\.ts$/,
    may: [
      /^src\/domain\/(context|log)\.ts$/,
      /^src\/hosts\/(correlation|exact-json|failure|http-answer)\.ts$/,
      /^@middy\/core$/,
      /^aws-lambda$/,
    ],
  },
  {
    files: /^src\/hosts\/lambda\/sqs\.ts$/,
    may: [
      /^src\/domain\/(context|errors)\.ts$/,
      /^src\/hosts\/(correlation|queue-message|lambda\/lambda)\.ts$/,
      /^aws-lambda$/,
    ],
  },
  {
    files: /^src\/hosts\/lambda\/events\.ts$/,
    may: [/^src\/domain\/(context|errors)\.ts$/, /^src\/hosts\/lambda\/(lambda|sqs)\.ts$/, /^aws-lambda$/],
  },
  { files: /^src\/hosts\/lambda\/no-web-streams\.ts$/, may: [] },
  // The one that knows every host.
  { files: /^src\/hosts\/(cli|hosts)\.ts$/, may: [/^src\/hosts\//, NPM] },
  // What all hosts but Lambda share opens what the functions need; a transport's folder does not.
  {
    files: /^src\/hosts\/[^/]+\.ts$/,
    may: [/^src\/hosts\/[^/]+\.ts$/, /^src\/(domain|functions)\//, /^src\/adapters\/json-log\//, NPM],
  },
  ...['container', 'poller', 'worker'].map((host) => ({
    files: new RegExp(`^src/hosts/${host}/`),
    may: [
      new RegExp(`^src/hosts/${host}/`),
      /^src\/hosts\/[^/]+\.ts$/,
      /^src\/domain\/(content|errors|log)\.ts$/,
      /^src\/functions\/catalogue\.ts$/,
      NPM,
    ],
  })),
  { files: CATALOGUE, may: [CATALOGUE] },
  // What goes into the agent's bundle: the bench's engine, and nothing that packages, starts or asks AWS.
  {
    files: /^bench\/agents\/(agent\/|[^/]+\.ts$)/,
    may: [
      /^bench\/agents\/(agent\/|[^/]+\.ts$)/,
      /^bench\/(load|scenarios|results|statistics|world)\//,
      /^node:/,
    ],
  },
  ...roomRules,
  { files: /^bench\/cli\.ts$/, may: [/^bench\/(commands|world)\//, NPM] },
  { files: /^lab\//, may: [/./] },
  ...['options', 'local-lambda', 'log-insights'].map((name) => ({
    files: new RegExp(`^packages/${name}/src/`),
    may: [new RegExp(`^packages/${name}/src/`), NPM],
  })),
  { files: /^packages\/[^/]+\/test\//, may: [/./] },
  {
    files: /^rehearsal\//,
    may: [
      /^rehearsal\//,
      /^test\/contracts\//,
      /^bench\/stacks\/(agent-package|iam-signer|package-stack|project-copy)\.ts$/,
      CATALOGUE,
      /^bench\/results\/result\.ts$/,
      NPM,
    ],
  },
];

const files = (
  await Array.fromAsync(glob('{src,bench,lab,packages/*/{src,test},rehearsal}/**/*.ts', { cwd: ROOT }))
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

test('nothing imports the lab, tests neither', async () => {
  const tests = await Array.fromAsync(glob('test/**/*.ts', { cwd: ROOT }));
  for (const file of [...files, ...tests].filter((one) => !one.startsWith('lab/'))) {
    for (const name of importsOf(file)) assert.ok(!name.startsWith('lab/'), `${file} imports ${name}`);
  }
});

test('packages are reached by name', () => {
  for (const file of files.filter((one) => !one.startsWith('lab/'))) {
    for (const name of importsOf(file)) {
      const [, mine = ''] = /^(packages\/[^/]+)\//.exec(file) ?? [];
      const isInside = name.startsWith(`${mine}/`);
      assert.ok(
        !name.startsWith('packages/') || isInside,
        `${file} must import ${name} by its package's name`,
      );
    }
  }
});

test('the bench has its command line in the hall, and rooms for the rest', () => {
  assert.deepEqual(
    readdirSync(join(ROOT, 'bench'))
      .filter((name) => name !== 'cli.ts')
      .sort(),
    Object.keys(ROOMS).sort(),
  );
});

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

/** The source files that a file loads when it is imported: types are erased. */
function loadedBy(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  return [...source.matchAll(/^(?:import|export) (?!type\b)[^'";]*?\bfrom '(\.[^']+)'/gm)].map(
    ([, name = '']) => normalize(join(dirname(file), name)),
  );
}

test('no file loads itself by way of others', () => {
  const done = new Set<string>();
  const follow = (file: string, path: readonly string[]): void => {
    const from = path.indexOf(file);
    assert.equal(from, -1, `a circle of imports: ${[...path.slice(from), file].join(' → ')}`);
    if (done.has(file)) return;
    for (const next of loadedBy(file)) follow(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) follow(file, []);
});

test('every function is in the catalogue', () => {
  const runs = files.filter((one) => /^src\/functions\/[^/]+\/run\.ts$/.test(one));
  const imported = importsOf('src/functions/catalogue.ts').filter((name) => name.endsWith('/run.ts'));
  assert.deepEqual(imported.sort(), runs);
});

test('what is imported across the house is found by this test', () => {
  assert.ok(importsOf('src/hosts/lambda/lambda.ts').includes('@middy/core'));
  assert.ok(importsOf('src/functions/get-cat/run.ts').includes('src/domain/ackermann.ts'));
});
