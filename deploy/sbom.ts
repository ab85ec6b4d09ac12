/**
 * `npm run --silent sbom`: a bill of materials of what is deployed, in CycloneDX, on standard output: of the stacks ts
 * and rust, or with `--stack ts` or `--stack rust` of one of them. Python's brings no package.
 * `npm sbom --omit=dev` alone leaves out every package that a development dependency needs too, as `@smithy/core`, and
 * takes in what the workspaces need; so the lock file is followed from what the functions depend on.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cratesOf } from './crates.ts';

const ROOT = dirname(import.meta.dirname);
const LIMIT_MS = 60_000;
const OUTPUT_LIMIT_BYTES = 50_000_000;

interface Bom {
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly name: string;
    readonly version: string;
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly metadata: { readonly component: { readonly 'bom-ref': string; readonly name: string } };
}
interface Locked {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The binaries that Lambda runs; `sharp` names those of every system as optional. */
const DEPLOYED_BINARY = /^@img\/sharp-(libvips-)?linux-(x64|arm64)$/;

/** The crate of the functions. */
const PROGRAMS = 'sheep-shed-lambda';

const { stack } = parseArgs({ options: { stack: { type: 'string' } } }).values;
if (stack !== undefined && stack !== 'ts' && stack !== 'rust') {
  process.stderr.write(`--stack must be ts or rust, not "${stack}"\n`);
  process.exit(2);
}

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

/** Where Node finds a package from a folder: in its own `node_modules`, or in the next one above. */
function folderOf(name: string, from: string): string {
  const folder = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (packages[folder] !== undefined) return folder;
  if (from === '') throw new Error(`package-lock.json does not hold ${name}: run npm install`);
  return folderOf(name, from.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, ''));
}

const folders = new Set(['']);
for (const folder of folders) {
  const { dependencies = {}, optionalDependencies = {} } = packages[folder] ?? {};
  const binaries = Object.keys(optionalDependencies).filter((name) => DEPLOYED_BINARY.test(name));
  for (const name of [...Object.keys(dependencies), ...binaries]) folders.add(folderOf(name, folder));
}
folders.delete('');
const deployed = new Set(
  [...folders].map((folder) => `${folder.split('node_modules/').at(-1)}@${packages[folder]?.version}`),
);
const whole = JSON.parse(
  execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: OUTPUT_LIMIT_BYTES,
    stdio: ['ignore', 'pipe', 'inherit'],
  }),
) as Bom;
const root = whole.metadata.component;
const ownRef = root['bom-ref'];
const components =
  stack === 'rust' ? [] : whole.components.filter(({ name, version }) => deployed.has(`${name}@${version}`));
const refs = new Set([ownRef, ...components.map((one) => one['bom-ref'])]);
const dependencies = whole.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
const crates =
  stack === 'ts'
    ? undefined
    : cratesOf(readFileSync(join(ROOT, 'reference/rust/Cargo.lock'), 'utf8'), PROGRAMS);
const bill = {
  ...whole,
  // npm gives the name of the folder.
  metadata: { ...whole.metadata, component: { ...root, name: 'sheep-shed' } },
  components: [...components, ...(crates?.components ?? [])],
  dependencies: [
    ...dependencies.map((one) =>
      crates === undefined || one.ref !== ownRef
        ? one
        : { ...one, dependsOn: [...one.dependsOn, crates.root] },
    ),
    ...(crates?.dependencies ?? []),
  ],
};
process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`);
