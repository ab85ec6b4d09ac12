import type { Reader } from '@sheep-shed/options/readers';

/** A deployed API and the name that it has in reports. */
export interface NamedUrl {
  readonly name: string;
  readonly url: string;
}

/** A stack to run on this machine under a name of its own, so that one can run against itself. */
export interface NamedStack<Source extends string = string> {
  readonly name: string;
  /** The stack that is packaged and run. */
  readonly source: Source;
}

/** A stack's name: without hyphens, since the queries read it from between the hyphens of a log group's name. */
export const STACK_NAME = /^[a-z][a-z0-9]{0,29}$/;

/** A stack's name, with its host or memory size where it is measured on several. */
export const TARGET_NAME = /^[a-z][a-z0-9]{0,29}(@(container|worker|\d{3,5}MB))?$/;

const NAME_ALLOWED = 'a name has small letters and digits, 30 at most, and no hyphen';

/** Addresses of deployed APIs, each with a name or without. */
export const namedUrls: Reader<readonly NamedUrl[]> = {
  allowed: `an http:// or https:// address without query, or name=address, each name once; ${NAME_ALLOWED}`,
  read: (texts) => distinct(texts, readNamedUrl),
};

/** Stacks of this machine, each by its own name or by another one. */
export function namedStacks<Source extends string>(
  sources: readonly Source[],
): Reader<readonly NamedStack<Source>[]> {
  return {
    allowed: `one of ${sources.join(', ')}, or name=one of them, with commas between them, each name once; ${NAME_ALLOWED}`,
    read: (texts) =>
      distinct(
        texts.flatMap((text) => text.split(',')),
        (text) => {
          const { name, rest } = splitName(text);
          const source = sources.find((one) => one === rest);
          return source === undefined ? undefined : { name: name ?? source, source };
        },
      ),
  };
}

function distinct<T extends { readonly name: string }>(
  texts: readonly string[],
  read: (text: string) => T | undefined,
): readonly T[] | undefined {
  const found = texts.map(read).filter((one) => one !== undefined);
  const names = new Set(found.map(({ name }) => name));
  return found.length === texts.length && names.size === found.length ? found : undefined;
}

function readNamedUrl(text: string): NamedUrl | undefined {
  const { name = 'api', rest } = splitName(text);
  const url = URL.canParse(rest) ? new URL(rest) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isHttp && url.search === '' && url.hash === '' ? { name, url: rest.replace(/\/+$/, '') } : undefined;
}

/** What stands before the first `=`, if it is a name, and what comes after it. */
function splitName(text: string): { readonly name?: string; readonly rest: string } {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at));
  return STACK_NAME.test(name) ? { name, rest: text.slice(at + 1) } : { rest: text };
}
