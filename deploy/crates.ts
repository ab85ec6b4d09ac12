/** The crates of the Rust stack, as a bill of materials in CycloneDX lists them. */

/** One crate of a bill; without `hashes`: a crate of the project itself. */
export interface Crate {
  readonly 'bom-ref': string;
  readonly type: 'library';
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: 'SHA-256'; readonly content: string }[];
}

/** Crates, and which of them each depends on. */
export interface Crates {
  /** The reference of the crate that was asked for. */
  readonly root: string;
  readonly components: readonly Crate[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * The crate of a name, and all that it depends on, from the text of a `Cargo.lock` (version 4). The file does not say
 * what is for another system, for the build or for tests alone: all of it is listed.
 * @throws Error when the file does not hold the crate.
 */
export function cratesOf(lock: string, root: string): Crates {
  const locked = lock
    .split('[[package]]\n')
    .slice(1)
    .map((block) => {
      const [, list = ''] = /^dependencies = \[\n([^\]]*)\]/m.exec(block) ?? [];
      return {
        name: textOf(block, 'name') ?? '',
        version: textOf(block, 'version') ?? '',
        checksum: textOf(block, 'checksum'),
        needs: [...list.matchAll(/"(.*)"/g)].map(([, needed = '']) => needed),
      };
    });
  // `name`, or `name version` where there are several; then a source where even these are.
  const find = (needed: string) => {
    const [name, version] = needed.split(' ');
    const found = locked.find(
      (one) => one.name === name && (version === undefined || one.version === version),
    );
    if (found === undefined)
      throw new Error(`Cargo.lock does not hold ${needed}: run cargo update --workspace`);
    return found;
  };
  const crates = new Set([find(root)]);
  for (const { needs } of crates) for (const needed of needs) crates.add(find(needed));
  const refOf = ({ name, version }: { name: string; version: string }) => `pkg:cargo/${name}@${version}`;
  return {
    root: refOf(find(root)),
    components: [...crates].map((one) => ({
      'bom-ref': refOf(one),
      type: 'library',
      name: one.name,
      version: one.version,
      purl: refOf(one),
      ...(one.checksum === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: one.checksum }] }),
    })),
    dependencies: [...crates].map((one) => ({ ref: refOf(one), dependsOn: one.needs.map(find).map(refOf) })),
  };
}

/** The value of a key of a block. */
function textOf(block: string, key: string): string | undefined {
  return new RegExp(`^${key} = "(.*)"$`, 'm').exec(block)?.[1];
}
