import type { ContractFunction } from '../results/names.ts';

/** DynamoDB request units of one call. */
export interface RequestUnits {
  readonly readUnits: number;
  readonly writeUnits: number;
}

/**
 * Largest size of one sheep as a scan counts it, in bytes: its attributes' names, and for each number a byte for two digits
 * and one more. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
const SHEEP_BYTES = 'tattoo'.length + 20 / 2 + 1 + 'weight'.length + 12 / 2 + 1;
const PAGE_BYTES = 1024 * 1024;
/** One read request unit is a strongly consistent read of 4 kB, or two eventually consistent ones. */
const READ_UNIT_BYTES = 4096;

/**
 * DynamoDB request units of one call, on average, for a table of so many sheep: a conditional put or delete of an item
 * below 1 kB is one write unit, also when its condition fails; an eventually consistent scan is half a read unit for each
 * 4 kB, rounded up on each 1 MB page. A wolf that finds no fitting sheep deletes nothing; one that loses a race deletes
 * again, which no answer tells.
 * @param writing share of the calls that come to write.
 * @throws RangeError for a number of sheep below 0.
 */
export function requestUnits(name: ContractFunction, sheep: number, writing = 1): RequestUnits {
  if (!Number.isFinite(sheep) || sheep < 0)
    throw new RangeError(`sheep must be a number of at least 0, not ${sheep}`);
  switch (name) {
    case 'post-sheep':
      return { readUnits: 0, writeUnits: writing };
    case 'get-dog':
      return { readUnits: scanUnits(sheep), writeUnits: 0 };
    case 'delete-wolf':
      return { readUnits: scanUnits(sheep), writeUnits: writing };
    case 'get-cat':
      return { readUnits: 0, writeUnits: 0 };
  }
}

/** Requests that a scan of so many sheep takes: one a page of 1 MB, and one for an empty table. */
export function scanPages(sheep: number): number {
  return Math.max(1, Math.ceil((sheep * SHEEP_BYTES) / PAGE_BYTES));
}

function scanUnits(sheep: number): number {
  const bytes = sheep * SHEEP_BYTES;
  const fullPages = Math.floor(bytes / PAGE_BYTES);
  const lastPage = Math.ceil((bytes - fullPages * PAGE_BYTES) / READ_UNIT_BYTES);
  // The scan of an empty table is still one read of at most 4 kB.
  return Math.max(1, (fullPages * PAGE_BYTES) / READ_UNIT_BYTES + lastPage) / 2;
}
