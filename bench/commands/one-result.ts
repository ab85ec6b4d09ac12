import { OptionError } from '@sheep-shed/options';

/**
 * The one result file that a command is given.
 * @throws OptionError where it is given none, or several.
 */
export function oneResult(command: string, words: readonly string[]): string {
  const [path, extra] = words;
  if (path === undefined || extra !== undefined) {
    throw new OptionError(
      `${command} takes one result file, such as results/x.json; got "${words.join(' ')}"`,
    );
  }
  return path;
}
