import type { Option } from '@sheep-shed/options';

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

type Reading<T> = Pick<Option<T>, 'allowed' | 'read'>;

/** A number in decimal digits, with or without a fraction. @param unit such as `seconds`. */
export function decimalNumber(
  limits: { readonly above?: number; readonly from?: number; readonly to: number },
  unit: string,
): Reading<number> {
  const { above = Number.NEGATIVE_INFINITY, from = Number.NEGATIVE_INFINITY, to } = limits;
  const low = limits.above === undefined ? `from ${from}` : `above ${above}`;
  return {
    allowed: `a number of ${unit} ${low}, at most ${to}`,
    read: ([text = '']) => {
      const value = readDecimal(text);
      return value !== undefined && value > above && value >= from && value <= to ? value : undefined;
    },
  };
}

/** Numbers of requests a second, each higher than the one before. */
export function risingRates(most: number, highest: number): Reading<readonly number[]> {
  return {
    allowed: `1 to ${most} rising numbers above 0, at most ${highest}, with commas between them`,
    read: (texts) => {
      const values = texts.flatMap((text) => text.split(',')).map((text) => readDecimal(text.trim()) ?? 0);
      const isRising = values.every((value, i) => value > (values[i - 1] ?? 0) && value <= highest);
      return isRising && values.length <= most ? values : undefined;
    },
  };
}

/** One of the given words. */
export function wordOf<Word extends string>(words: readonly Word[]): Reading<Word> {
  return {
    allowed: `one of ${words.join(', ')}`,
    read: ([text]) => words.find((word) => word === text),
  };
}

/** Addresses of deployed APIs, each with a name or without. */
export const namedUrls: Reading<readonly NamedUrl[]> = {
  allowed: 'an http:// or https:// address without query, or name=address, each name once',
  read: (texts) => distinct(texts, readNamedUrl),
};

/** Stacks of this machine, each by its own name or by another one. */
export function namedStacks<Source extends string>(
  sources: readonly Source[],
): Reading<readonly NamedStack<Source>[]> {
  return {
    allowed: `${sources.join(' or ')}, or name=${sources.join(' or name=')}, each name once`,
    read: (texts) =>
      distinct(texts, (text) => {
        const [, name, last = ''] = /^(?:([a-z][a-z0-9-]{0,29})=)?(.*)$/s.exec(text) ?? [];
        const source = sources.find((one) => one === last);
        return source === undefined ? undefined : { name: name ?? source, source };
      }),
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
  const [, name = 'api', address = ''] = /^(?:([a-z][a-z0-9-]*)=)?(.*)$/s.exec(text) ?? [];
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isHttp && url.search === '' && url.hash === ''
    ? { name, url: address.replace(/\/+$/, '') }
    : undefined;
}

function readDecimal(text: string): number | undefined {
  return /^[0-9]{1,15}(\.[0-9]{1,15})?$/.test(text) ? Number(text) : undefined;
}

/** A region of AWS. */
export const awsRegion: Pick<Option<string>, 'allowed' | 'read'> = {
  allowed: 'an AWS region, such as eu-west-3',
  read: ([given = '']) => (/^[a-z]{2}(-[a-z]+)+-\d$/.test(given) ? given : undefined),
};
