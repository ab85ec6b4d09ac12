import type { Option } from './options.ts';

/** How an option reads its texts, and what it allows. */
export type Reader<T> = Pick<Option<T>, 'allowed' | 'read'>;

/** A whole number from `min` to `max`, in decimal digits. */
export function wholeNumber(min: number, max: number): Reader<number> {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    read: ([text = '']) => {
      const value = /^-?[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    },
  };
}

/** A number in decimal digits, with or without a fraction. @param unit such as `seconds`. */
export function decimalNumber(
  limits: { readonly above?: number; readonly from?: number; readonly to: number },
  unit: string,
): Reader<number> {
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

/** Up to `most` numbers above 0, each higher than the one before; for a repeatable option. */
export function risingNumbers(most: number, highest: number): Reader<readonly number[]> {
  return {
    allowed: `1 to ${most} rising numbers above 0, at most ${highest}, with commas between them`,
    read: (texts) => {
      const values = texts.flatMap((text) => text.split(',')).map((text) => readDecimal(text.trim()) ?? 0);
      const isRising = values.every((value, i) => value > (values[i - 1] ?? 0) && value <= highest);
      return isRising && values.length <= most ? values : undefined;
    },
  };
}

/** A flag without value; absent is false. */
export const SWITCH = {
  isSwitch: true,
  default: false,
  allowed: 'true or false',
  read: ([text]: readonly string[]) => (text === 'true' ? true : text === 'false' ? false : undefined),
} as const;

/** One of the given words. */
export function wordOf<Word extends string>(words: readonly Word[]): Reader<Word> {
  return {
    allowed: `one of ${words.join(', ')}`,
    read: ([text]) => words.find((word) => word === text),
  };
}

/** Any of the given words, each at most once; for a repeatable option. */
export function wordsOf<Word extends string>(words: readonly Word[]): Reader<readonly Word[]> {
  return {
    allowed: `one of ${words.join(', ')}, each at most once`,
    read: (texts) => {
      const found = texts.filter((text): text is Word => words.some((word) => word === text));
      return found.length === texts.length && new Set(found).size === found.length ? found : undefined;
    },
  };
}

/** A path, which need not be there. */
export const filePath: Reader<string> = {
  allowed: 'a path',
  read: ([given = '']) => (given === '' ? undefined : given),
};

/** Paths, which need not be there; for a repeatable option. */
export const filePaths: Reader<readonly string[]> = {
  allowed: 'a path',
  read: (given) => (given.includes('') ? undefined : given),
};

/** Names and their values; for a repeatable option. */
export const assignments: Reader<Readonly<Record<string, string>>> = {
  allowed: 'NAME=VALUE',
  read: (texts) => {
    const pairs = texts.map((text) => /^([^=]+)=(.*)$/s.exec(text));
    if (pairs.includes(null)) return undefined;
    return Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]));
  },
};

/** One value for all things of a kind, and other values for some of them by name. */
export interface PerName<T> {
  readonly common: T | undefined;
  readonly named: ReadonlyMap<string, T>;
}

/** `VALUE` for all, `NAME=VALUE` for one, each at most once; for a repeatable option. */
export function perName<T>({ allowed, read }: Reader<T>): Reader<PerName<T>> {
  return {
    allowed: `${allowed}; or NAME=VALUE for one name, each once`,
    read: (texts) => {
      let common: T | undefined;
      const named = new Map<string, T>();
      for (const text of texts) {
        const [, name, rest = text] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
        const value = read([rest]);
        if (value === undefined || (name === undefined ? common !== undefined : named.has(name)))
          return undefined;
        if (name === undefined) common = value;
        else named.set(name, value);
      }
      return { common, named };
    },
  };
}

/** A region of AWS. */
export const awsRegion: Reader<string> = {
  allowed: 'an AWS region, such as eu-west-3',
  read: ([given = '']) => (/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(given) ? given : undefined),
};

/** A DynamoDB table. */
export const tableName: Reader<string> = {
  allowed: 'a table name of 3 to 255 letters, digits, "_", "." and "-"',
  read: ([given = '']) => (/^[A-Za-z0-9_.-]{3,255}$/.test(given) ? given : undefined),
};

function readDecimal(text: string): number | undefined {
  return /^[0-9]{1,15}(\.[0-9]{1,15})?$/.test(text) ? Number(text) : undefined;
}
