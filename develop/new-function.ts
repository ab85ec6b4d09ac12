/** `npm run new-function -- count-goats`: a function that runs, with its handler, tests, catalogue row and template. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FUNCTIONS } from '../src/functions/catalogue.ts';
import { type Insertion, insertions, newFiles } from './function-files.ts';
import { DevelopError, readFunctionName } from './function-name.ts';

const ROOT = join(import.meta.dirname, '..');
const FORMAT_LIMIT_MS = 60_000;

try {
  const [given = '', ...others] = process.argv.slice(2);
  if (others.length > 0) throw new DevelopError(`one name at a time; got ${process.argv.slice(2).join(' ')}`);
  await writeFunction(given);
} catch (error) {
  if (!(error instanceof DevelopError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

/** Writes everything, or nothing when there is a mistake. */
async function writeFunction(given: string): Promise<void> {
  const taken = FUNCTIONS.map(({ name }) => name);
  const names = readFunctionName(given, taken);
  const texts = new Map<string, string>(Object.entries(newFiles(names)));
  for (const one of insertions(names, taken)) {
    const text = texts.get(one.file) ?? (await readFile(join(ROOT, one.file), 'utf8'));
    texts.set(one.file, inserted(text, one));
  }
  for (const [file, text] of texts) {
    await mkdir(dirname(join(ROOT, file)), { recursive: true });
    await writeFile(join(ROOT, file), text);
  }
  const files = [...texts.keys()].filter((file) => file.endsWith('.ts'));
  const biome = join(ROOT, 'node_modules/.bin/biome');
  await promisify(execFile)(process.execPath, [biome, 'check', '--write', ...files], {
    cwd: ROOT,
    timeout: FORMAT_LIMIT_MS,
  });
  const lines = [
    ...[...texts.keys()].map((file) => `  ${file}`),
    `Next: node --test test/functions/${names.kebab}.test.ts`,
    `      npm run host -- container --function ${names.kebab}   and   curl 'localhost:8080/${names.kebab}?name=sheep'`,
  ];
  process.stdout.write(`Written:\n${lines.join('\n')}\n`);
}

/** @throws DevelopError when the file does not have the place any more. */
function inserted(text: string, { file, place, text: added }: Insertion): string {
  const at = text.search(place);
  if (at === -1) throw new DevelopError(`${file} has no place for it: ${place} matches nothing there`);
  return `${text.slice(0, at)}${added}${text.slice(at)}`;
}
