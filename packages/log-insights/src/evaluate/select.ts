/**
 * Returns the value that would stand at `rank` (from 0) if the values were sorted; it reorders them. Hoare's quickselect
 * with the median of three; linear on average, and it sorts what is left when the pivots are bad.
 */
export function select(values: Float64Array, rank: number): number {
  let left = 0;
  let right = values.length - 1;
  for (let rounds = 2 * Math.ceil(Math.log2(values.length + 1)) + 8; left < right; rounds--) {
    if (rounds === 0 || right - left < 16) {
      values.subarray(left, right + 1).sort();
      break;
    }
    const [i, j] = partition(values, left, right);
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values[rank] ?? Number.NaN;
}

// Afterwards left..j are at most the pivot, i..right at least, and what lies between equals it.
function partition(values: Float64Array, left: number, right: number): readonly [i: number, j: number] {
  const pivot = medianOfThree(values, left, right);
  let i = left;
  let j = right;
  while (i <= j) {
    while ((values[i] as number) < pivot) i++;
    while ((values[j] as number) > pivot) j--;
    if (i <= j) {
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
  }
  return [i, j];
}

function medianOfThree(values: Float64Array, left: number, right: number): number {
  const a = values[left] as number;
  const b = values[(left + right) >>> 1] as number;
  const c = values[right] as number;
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
