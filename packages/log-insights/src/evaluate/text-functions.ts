import { finite, toNumber, toText, type Value } from './value.ts';

/** A function of the language on values that are already evaluated. */
export type ScalarFunction = (...values: readonly Value[]) => Value;

const WHITE = /\s/;

/** String functions of the page CWL_QuerySyntax-operations-functions, by the documentation's spelling. */
export const TEXT_FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  isempty: (value) => Number(value === null || value === undefined || value === ''),
  isblank: (value) => Number((toText(value ?? null) ?? '').trim() === ''),
  concat: (...values) => values.map((value) => toText(value) ?? '').join(''),
  ltrim: text((value, characters) => trimStart(value, characters)),
  rtrim: text((value, characters) => trimEnd(value, characters)),
  trim: text((value, characters) => trimEnd(trimStart(value, characters), characters)),
  strlen: text((value) => codePoints(value)),
  toupper: text((value) => value.toUpperCase()),
  tolower: text((value) => value.toLowerCase()),
  substr,
  replace: text((value, search, replacement) =>
    search === undefined || search === '' ? value : value.replaceAll(search, () => replacement ?? ''),
  ),
  strcontains: (value, search, ignoreCase) => contains(value ?? null, search ?? null, ignoreCase === true),
  startsWith: flag((value, search) => value.startsWith(search)),
  endsWith: flag((value, search) => value.endsWith(search)),
  urlencode: text((value) => encodeURIComponent(value.toWellFormed())),
  urldecode: text((value) => attempt(() => decodeURIComponent(value.replaceAll('+', ' ')))),
  base64encode: text((value) => Buffer.from(value, 'utf8').toString('base64')),
  base64decode: text((value) => Buffer.from(value, 'base64').toString('utf8')),
  split: text((value, delimiter) =>
    delimiter === undefined || delimiter === '' ? [value] : value.split(delimiter),
  ),
  hexToAscii: text((value) => {
    const digits = value.replace(/^0x/i, '');
    return /^(?:[0-9a-f]{2})*$/i.test(digits) ? Buffer.from(digits, 'hex').toString('latin1') : null;
  }),
  hexToDec: text((value) => (/^(?:0x)?[0-9a-f]+$/i.test(value) ? Number.parseInt(value, 16) : null)),
  decToHex: (value) => {
    const number = finite(Math.trunc(toNumber(value ?? null)));
    return number === null ? null : `${number < 0 ? '-' : ''}0x${Math.abs(number).toString(16)}`;
  },
  messageSize: text((value) => Buffer.byteLength(value, 'utf8')),
};

function text(apply: (value: string, second?: string, third?: string) => Value): ScalarFunction {
  return (value, second, third) => {
    const subject = toText(value ?? null);
    if (subject === null) return null;
    return apply(subject, toText(second ?? null) ?? undefined, toText(third ?? null) ?? undefined);
  };
}

function flag(apply: (value: string, search: string) => boolean): ScalarFunction {
  return (value, search) => {
    const [subject, sought] = [toText(value ?? null), toText(search ?? null)];
    return Number(subject !== null && sought !== null && apply(subject, sought));
  };
}

function contains(value: Value, search: Value, ignoreCase: boolean): number {
  const [subject, sought] = [toText(value), toText(search)];
  if (subject === null || sought === null) return 0;
  return Number(ignoreCase ? subject.toLowerCase().includes(sought.toLowerCase()) : subject.includes(sought));
}

function substr(value: Value = null, start: Value = null, length: Value = null): Value {
  const subject = toText(value);
  const from = Math.trunc(toNumber(start));
  if (subject === null || Number.isNaN(from)) return null;
  const count = length === null ? Number.POSITIVE_INFINITY : Math.trunc(toNumber(length));
  if (Number.isNaN(count)) return null;
  const first = Math.max(0, from);
  return isBasic(subject)
    ? subject.slice(first, first + Math.max(0, count))
    : Array.from(subject)
        .slice(first, first + Math.max(0, count))
        .join('');
}

function codePoints(value: string): number {
  return isBasic(value) ? value.length : Array.from(value).length;
}

function isBasic(value: string): boolean {
  return !/[\ud800-\udfff]/.test(value);
}

function trimStart(value: string, characters?: string): string {
  let from = 0;
  while (from < value.length && isTrimmed(value[from] ?? '', characters)) from++;
  return value.slice(from);
}

function trimEnd(value: string, characters?: string): string {
  let to = value.length;
  while (to > 0 && isTrimmed(value[to - 1] ?? '', characters)) to--;
  return value.slice(0, to);
}

function isTrimmed(character: string, characters: string | undefined): boolean {
  return characters === undefined ? WHITE.test(character) : characters.includes(character);
}

function attempt(work: () => string): string | null {
  try {
    return work();
  } catch {
    return null;
  }
}
