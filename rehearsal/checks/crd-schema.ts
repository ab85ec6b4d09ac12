/**
 * `node rehearsal/checks/crd-schema.ts CRD.yaml > rehearsal/checks/schemas/kind.json`: the strict JSON schema of a custom
 * resource, from its definition as its project publishes it (`config/crd/bases` of the Go module
 * github.com/kedacore/keda/v2, `config/core/300-resources` of knative.dev/serving).
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

type Schema = Readonly<Record<string, unknown>>;

/** A manifest has no status, and what texts say checks nothing. */
const DROPPED = new Set(['description', 'status', 'default']);

const [file = ''] = process.argv.slice(2);
const { spec } = parse(readFileSync(file, 'utf8')) as {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly storage: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
};
const version = spec.versions.find(({ storage }) => storage);
if (version === undefined) throw new Error(`${file} stores no version`);
const { properties, ...root } = strict(version.schema.openAPIV3Schema) as {
  readonly properties: Readonly<Record<string, Schema>>;
};
const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  ...root,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    ...properties,
    apiVersion: { const: `${spec.group}/${version.name}` },
    kind: { const: spec.names.kind },
    metadata: { type: 'object', required: ['name'] },
  },
};
process.stdout.write(`${JSON.stringify(schema)}\n`);

/** Of a schema what JSON Schema knows; objects hold what they name and nothing else, as the API server prunes the rest. */
function strict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strict);
  if (typeof value !== 'object' || value === null) return value;
  const given = value as Schema;
  const isOpen = given['x-kubernetes-preserve-unknown-fields'] === true;
  const { properties } = given;
  const entries = Object.entries(given)
    .filter(([key]) => key !== 'properties' && !DROPPED.has(key) && !key.startsWith('x-kubernetes'))
    .map(([key, inner]) => [key, strict(inner)] as const);
  if (properties === undefined) return Object.fromEntries(entries);
  const named = Object.entries(properties as Schema)
    .filter(([key]) => key !== 'status')
    .map(([key, inner]) => [key, strict(inner)] as const);
  return {
    ...Object.fromEntries(entries),
    ...(!isOpen && { additionalProperties: false }),
    properties: Object.fromEntries(named),
  };
}
