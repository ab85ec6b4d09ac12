import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalLambdaError } from '../local-lambda-error.ts';
import { findCode } from './find-code.ts';
import type { FunctionCode, FunctionDefinition } from './functions.ts';
import { resolveValue } from './lazy-properties.ts';
import { unpackCode } from './place-code.ts';
import { makeReadOnly } from './read-only-folder.ts';
import { type LoadedTemplate, resourcesOfType } from './template.ts';
import type { Unserved } from './unserved.ts';

/** What layers hold, by their ARNs. */
export type Layers = ReadonlyMap<string, FunctionCode>;

/**
 * Finds the layers of templates, and those that are given by ARN.
 * @param given a zip or folder for each ARN; beats the templates.
 * @throws LocalLambdaError when what is given is not there.
 */
export async function readLayers(
  templates: readonly LoadedTemplate[],
  given: Readonly<Record<string, string>>,
): Promise<Layers> {
  const layers = new Map<string, FunctionCode>();
  for (const loaded of templates) {
    for (const { logicalId, properties } of resourcesOfType(loaded, 'AWS::Lambda::LayerVersion')) {
      const path = `Resources.${logicalId}`;
      const arn = String(resolveValue({ Ref: logicalId }, path, loaded.scope));
      try {
        layers.set(arn, await findCode(loaded.file, properties['Content'], `${path}.Properties.Content`));
      } catch (error) {
        // Only a function that has this layer needs it, and is told of it.
        if (!(error instanceof LocalLambdaError)) throw error;
      }
    }
  }
  for (const [arn, path] of Object.entries(given)) {
    const file = { folder: process.cwd(), assets: new Map<string, string>() };
    layers.set(arn, await findCode(file, path, `layer ${arn}`));
  }
  return layers;
}

/** The layers of functions that nobody has. */
export function missingLayers(functions: readonly FunctionDefinition[], layers: Layers): Unserved[] {
  return functions.flatMap(({ logicalId, layers: arns }) =>
    arns
      .filter((arn) => !layers.has(arn))
      .map((arn) => ({
        what: `${logicalId}.Layers`,
        notice: `${arn} is in no package here; give --layer ${arn}=DIR|ZIP`,
      })),
  );
}

/** Unpacks the layers of a function into one folder, which stands for `/opt`; undefined when it has none. */
export type PlaceLayers = (arns: readonly string[]) => Promise<string | undefined>;

/**
 * Makes what unpacks layers; a layer's files replace those of the layers before it, and functions with the same
 * layers share a folder.
 * @param folder where the folders are made.
 * @param onNotice hears of what is in layers and is not run.
 * @returns a function that throws a LocalLambdaError when a zip or folder is refused.
 */
export function createPlaceLayers(
  layers: Layers,
  folder: string,
  onNotice: (message: string) => void,
): PlaceLayers {
  const placed = new Map<string, Promise<string>>();
  return async (arns) => {
    const own = arns.filter((arn) => layers.has(arn));
    if (own.length === 0) return undefined;
    const key = own.join(' ');
    const known = placed.get(key) ?? place(own, join(folder, String(placed.size)));
    placed.set(key, known);
    return known;
  };

  async function place(arns: readonly string[], target: string): Promise<string> {
    for (const arn of arns) {
      const code = layers.get(arn);
      if (code === undefined) throw new LocalLambdaError(`layer ${arn} is not there`);
      await unpackCode(code, target);
    }
    const extensions = await readdir(join(target, 'extensions')).catch(() => []);
    if (extensions.length > 0) {
      onNotice(`${arns.join(', ')}: extensions are not started (${extensions.join(', ')})`);
    }
    await makeReadOnly(target);
    return target;
  }
}
