/**
 * What this evaluator does where AWS's documentation is silent, by the name under which `LANGUAGE.md` explains it.
 * A result lists the choices that its query touched.
 */
export const CHOICES = {
  'percentile-nearest-rank':
    'pct is the nearest rank: the smallest value that at least p % of the values do not exceed',
  'percentile-sketch':
    'pct comes from a sketch, within 0.1 % of the exact value, since there were too many values',
  'distinct-sketch':
    'count_distinct is an estimate with a standard error of 0.8 %, since there were too many values',
  'stddev-sample': 'stddev is the sample standard deviation (n - 1); one value gives none',
  'null-arithmetic':
    'arithmetic with a missing value, a division by zero or a result that is no number gives no value',
  'null-comparison': 'a comparison with a missing value is false, and its negation true',
  'column-names': 'a column without alias is named by the text of its expression',
  'group-order': 'rows of stats without sort come in the order of their groups',
  'null-order': 'missing values sort below all others',
  'week-start': 'a week begins on Monday, UTC',
  'period-cap':
    'a period above the cap of its unit counts as the cap, as in CloudWatch: 60s, 60m, 24h, 1000ms',
} as const;

/** The name of a choice. */
export type Choice = keyof typeof CHOICES;
