import { engineText } from '../plan/plan.ts';
import type { ToldPlan } from '../results/result.ts';
import type { Interval, Verdict } from '../statistics/interval.ts';

/** About three significant digits, so that columns compare at a glance; `-` for what is not known. */
export function decimal(value: number | null | undefined): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return '-';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** An interval as `1.40–1.58`, or as one number where both ends read alike; `-` where there is none. */
export function range(interval: Interval | undefined): string {
  if (interval === undefined || !Number.isFinite(interval.high)) return '-';
  const [low, high] = [decimal(interval.low), decimal(interval.high)];
  return low === high ? low : `${low}–${high}`;
}

/** How far a ratio lies from 1, as `12 %`; `-` where nothing is known. */
export function difference(ratio: number): string {
  if (!Number.isFinite(ratio)) return '-';
  const percent = Math.abs(ratio - 1) * 100;
  return `${percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** What a column of smallest differences says. */
export const FINDS = 'finds: the smallest difference that 9 of 10 such measurements would find.';

/** What the verdict says of a stack, to stand after its name. */
export const SAID: Readonly<Record<Verdict, string>> = {
  faster: 'is faster',
  slower: 'is slower',
  inconclusive: 'is neither: inconclusive',
};

/** Answers by status, as `2×204 3×404`. */
export function answers(statuses: Readonly<Record<string, number>>): string {
  return Object.entries(statuses)
    .sort()
    .map(([status, count]) => `${count}×${status}`)
    .join(' ');
}

/** Bytes as kB or MB of 1 000. */
export function bytes(count: number): string {
  return count >= 1_000_000 ? `${decimal(count / 1_000_000)} MB` : `${decimal(count / 1_000)} kB`;
}

/** A span of time as `43 s` or `2 min 5 s`. */
export function span(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A plan in one line. */
export function planText(plan: ToldPlan): string {
  const sizes = [
    ...(plan.rows === undefined ? [] : [`, files of ${plan.rows} rows`]),
    ...(plan.megapixels === undefined ? [] : [`, photos of ${plan.megapixels} megapixels`]),
  ].join('');
  const herd = plan.herd === undefined ? '' : `, ${plan.herd} sheep`;
  return `${amountText(plan)} in ${plan.rounds} rounds, ${loadText(plan)}${herd}${sizes}`;
}

/** How much load a plan makes. */
export function amountText({ calls, duration }: Pick<ToldPlan, 'calls' | 'duration'>): string {
  if (calls === undefined && duration === undefined) return 'an unknown time a scenario and stack';
  return `${calls === undefined ? `${duration} s` : `${calls} calls`} a scenario and stack`;
}

/** The load model of a plan, and who applied it where it is not the bench's own engine. */
function loadText(plan: ToldPlan): string {
  if (plan.model === 'open') return `open load of ${plan.rate}/s${engineText(plan)}`;
  const atOnce = plan.connections === undefined ? 'an unknown number' : plan.connections;
  return `${plan.model === undefined ? 'at most ' : ''}${atOnce} at once${engineText(plan)}`;
}
/** Breaks a text into lines of at most `width` characters, at blanks; a longer word stays whole. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}
