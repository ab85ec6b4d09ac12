import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Run } from '../run.ts';

/** The version of Kubernetes whose schemas the manifests must obey. */
const KUBERNETES = '1.36.0';

/** Kinds that Kubernetes does not know, with their schemas: KEDA 2.21.0, Knative Serving 0.51.0 (`crd-schema.ts`). */
const CUSTOM: Readonly<Record<string, string>> = {
  'keda.sh/v1alpha1 ScaledObject': 'scaled-object.json',
  'keda.sh/v1alpha1 TriggerAuthentication': 'trigger-authentication.json',
  'serving.knative.dev/v1 Service': 'knative-service.json',
};

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What is checked, and with what. */
export interface ContainerChecks {
  readonly root: string;
  /** The checks' Python programs. */
  readonly bin: string;
  /** Takes copies. */
  readonly folder: string;
  readonly run: Run;
  readonly limitMs: number;
}

/**
 * Checks the Dockerfile by hadolint, `compose.yaml` and the manifests of Kubernetes against their schemas.
 * @returns how many manifests there are.
 * @throws CommandError with what a check says.
 */
export async function checkContainers({ root, bin, folder, run, limitMs }: ContainerChecks): Promise<number> {
  const copies = join(folder, 'kubernetes');
  await mkdir(copies);
  const settings = { cwd: folder, env: process.env, limitMs };
  const bySchema = (schema: readonly string[], files: readonly string[]) =>
    run(join(bin, 'check-jsonschema'), [...schema, ...files], settings);
  await run(join(bin, 'hadolint'), [join(root, 'Dockerfile')], settings);
  await bySchema(['--builtin-schema', 'vendor.compose-spec'], [join(root, 'compose.yaml')]);

  const { plain, custom, total } = await copyManifests(join(root, 'deploy/kubernetes'), copies);
  const version = ['-k', KUBERNETES, '--strict', '--quiet'];
  await run(join(bin, 'kubernetes-validate'), [...version, ...plain], settings);
  for (const [schema, files] of custom) {
    await bySchema(['--schemafile', join(import.meta.dirname, 'schemas', schema)], files);
  }
  return total;
}

/** One file a manifest, sorted by what can check it. */
async function copyManifests(from: string, to: string) {
  const plain: string[] = [];
  const custom = new Map<string, string[]>();
  let total = 0;
  const write = async (name: string, manifest: object): Promise<string> => {
    const file = join(to, `${name}.json`);
    await writeFile(file, JSON.stringify(manifest));
    return file;
  };
  const names = (await readdir(from)).filter((name) => name !== 'kustomization.yaml');
  for (const name of names) {
    const documents = parseAllDocuments(await readFile(join(from, name), 'utf8'));
    for (const [i, document] of documents.entries()) {
      const manifest = document.toJS() as Manifest;
      const file = await write(`${basename(name, '.yaml')}-${i}`, manifest);
      total += 1;
      const schema = CUSTOM[`${manifest.apiVersion} ${manifest.kind}`];
      if (schema === undefined) {
        plain.push(file);
        continue;
      }
      custom.set(schema, [...(custom.get(schema) ?? []), file]);
    }
  }
  return { plain, custom, total };
}
