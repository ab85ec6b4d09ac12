import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a program of this package that runs as a process of its own: a `.ts` file in the repository, a `.js`
 * file in the published package.
 * @param name such as `./reaper`.
 * @param importer the `import.meta.url` of the module that starts it.
 */
export function programPath(name: string, importer: string): string {
  return fileURLToPath(new URL(`${name}${extname(importer)}`, importer));
}
