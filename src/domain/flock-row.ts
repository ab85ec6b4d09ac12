import { ShedError } from './errors.ts';
import { invalidInput } from './input.ts';
import { drawWeight, MAX_WEIGHT, MIN_WEIGHT, parseTattoo, type Sheep } from './sheep.ts';

/** Where the columns of a flock's CSV are, from 0. */
export interface Columns {
  /** How many fields each row has. */
  readonly count: number;
  readonly tattoo: number;
  readonly weight?: number;
  readonly unit?: number;
}

/** A row that is no sheep, and why. */
export interface BadRow {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  /** The column; `row` where it is not one of them. */
  readonly field: string;
  readonly value: string;
  readonly reason: string;
}

/** A row of a CSV. */
export interface Row {
  readonly fields: readonly string[];
  /** Where it begins, from 1, counted from where reading began. */
  readonly line: number;
  /** Lines to its end, and bytes, counted from where reading began. */
  readonly lines: number;
  readonly bytes: number;
}

/** Decimal places from each unit to micrograms. */
const PLACES: Readonly<Record<string, number>> = { ug: 0, mg: 3, g: 6, kg: 9 };

const QUOTED_LENGTH = 40;
const HEADER = 'a header with the columns tattoo, and if you like weight and unit';

/**
 * Reads the header of a flock's CSV; other columns than these are passed over.
 * @throws ShedError `INVALID_INPUT` when this is not the CSV of a flock.
 */
export function readHeader(fields: readonly string[], delimiter: string): Columns {
  const names = fields.map((name) => name.trim().toLowerCase());
  const at = (name: string): number | undefined => {
    const place = names.indexOf(name);
    if (place === -1) return undefined;
    if (names.lastIndexOf(name) !== place)
      throw invalidInput('the file', `a CSV: its first line ${HEADER}, each once`, fields.join(delimiter));
    return place;
  };
  const tattoo = at('tattoo');
  if (tattoo === undefined) {
    const how = names.length > 1 ? '' : `, separated by ${JSON.stringify(delimiter)}`;
    throw invalidInput('the file', `a CSV: its first line ${HEADER}${how}`, fields.join(delimiter));
  }
  const weight = at('weight');
  const unit = at('unit');
  return {
    count: fields.length,
    tattoo,
    ...(weight !== undefined && { weight }),
    ...(unit !== undefined && { unit }),
  };
}

/** The sheep of a row, or why it is none; a weight that is not given is drawn. */
export function readSheep({ fields, line }: Row, columns: Columns, random: () => number): Sheep | BadRow {
  if (fields.length !== columns.count) {
    const reason = `row must be of ${columns.count} fields, as the header; got ${fields.length}`;
    return { line, field: 'row', value: cut(fields.join(',')), reason };
  }
  const tattooText = fields[columns.tattoo] as string;
  const weightText = columns.weight === undefined ? '' : (fields[columns.weight] as string);
  const unit = columns.unit === undefined ? '' : (fields[columns.unit] as string);
  const bad = (field: string, value: string, error: unknown): BadRow => {
    if (!(error instanceof ShedError)) throw error;
    return { line, field, value: cut(value), reason: error.message };
  };
  let tattoo: bigint;
  try {
    tattoo = parseTattoo(tattooText);
  } catch (error) {
    return bad('tattoo', tattooText, error);
  }
  if (weightText === '') return { tattoo, weight: drawWeight(random) };
  const places = unit === '' ? 0 : Object.hasOwn(PLACES, unit) ? PLACES[unit] : undefined;
  if (places === undefined) return bad('unit', unit, invalidInput('unit', 'ug, mg, g or kg', unit));
  try {
    return { tattoo, weight: readWeight(weightText, places, unit) };
  } catch (error) {
    return bad('weight', weightText, error);
  }
}

/** Why a sheep that is there already cannot be added. */
export function takenRow(line: number, tattoo: bigint): BadRow {
  return {
    line,
    field: 'tattoo',
    value: String(tattoo),
    reason: `sheep ${tattoo} is already in the shed`,
  };
}

/** Exact, where multiplying a `number` would round. */
function readWeight(text: string, places: number, unit: string): number {
  const [, whole = '', fraction = ''] = /^([0-9]{1,15})(?:\.([0-9]{1,15}))?$/.exec(text) ?? [];
  const digits = fraction.replace(/0+$/, '');
  if (whole !== '' && digits.length <= places) {
    const weight = Number(whole + digits.padEnd(places, '0'));
    if (weight >= MIN_WEIGHT && weight <= MAX_WEIGHT) return weight;
  }
  const allowed = `a number of whole micrograms from ${MIN_WEIGHT} to ${MAX_WEIGHT} ug (80 to 160 kg)`;
  throw invalidInput('weight', allowed, unit === '' ? text : `${text} ${unit}`);
}

/** By code points: a cut through a surrogate pair would not be valid text. */
function cut(text: string): string {
  const letters = Array.from(text.slice(0, 2 * QUOTED_LENGTH + 2));
  return letters.length > QUOTED_LENGTH ? `${letters.slice(0, QUOTED_LENGTH).join('')}…` : text;
}
