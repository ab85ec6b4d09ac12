import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The days that CloudWatch takes. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288,
  3_653,
];

/** How long the events of log groups are kept. */
export interface Retention {
  /** Sets the days of a group's folder (`/aws/lambda/a`); undefined: it keeps what fits. */
  put(folder: string, days: number | undefined): void;
  all(): Readonly<Record<string, number>>;
}

/** Beside the groups, since it belongs to them: whoever serves the folder next keeps to it. */
const FILE = 'retention.json';

/** Opens what a root of log groups says of its retention; what is not understood is as if it were not there. */
export function openRetention(root: string): Retention {
  const path = join(root, FILE);
  let days = read(path);
  return {
    put: (folder, value) => {
      const { [folder]: _before, ...others } = days;
      const all = value === undefined ? others : { ...others, [folder]: value };
      mkdirSync(root, { recursive: true });
      writeFileSync(`${path}.new`, `${JSON.stringify(all, null, 1)}\n`);
      renameSync(`${path}.new`, path);
      days = all;
    },
    all: () => days,
  };
}

function read(path: string): Readonly<Record<string, number>> {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
    return Object.fromEntries(Object.entries(found).filter(([, days]) => RETENTION_DAYS.includes(days)));
  } catch {
    return {};
  }
}
