import { OptionError } from '@sheep-shed/options';
import type { PerName } from '@sheep-shed/options/readers';
import { apiAddress, partitionProblem } from './api-address.ts';
import type { NamedUrl } from './named-targets.ts';

/** A deployed stack to be measured. */
export interface Target extends NamedUrl {
  readonly stage: string;
  /** Where its logs, functions and table are; `undefined` where it is reached over HTTP alone. */
  readonly region: string | undefined;
  /** The region for which requests to it are signed; `undefined` where nobody signs. */
  readonly sign: string | undefined;
}

/** The stage of a deploy that names none. */
export const DEFAULT_STAGE = 'dev';

/** What the options say of each target. */
interface PerTarget {
  readonly stage?: PerName<string> | undefined;
  readonly region?: PerName<string> | undefined;
  readonly sign?: PerName<string> | undefined;
}

/**
 * Gives each address its stage, region and signature.
 * @throws OptionError on a name that no address has, and on a region that is not that of the address.
 */
export function targetsOf(urls: readonly NamedUrl[], options: PerTarget): Target[] {
  const names = urls.map(({ name }) => name);
  for (const option of ['stage', 'region', 'sign'] as const) {
    for (const [name, value] of options[option]?.named ?? []) {
      if (names.includes(name)) continue;
      throw new OptionError(
        `--${option} must name a --url, which are ${names.join(', ')}; got "${name}=${value}"`,
      );
    }
  }
  return urls.map((one) => {
    const given = (option: keyof PerTarget) =>
      options[option]?.named.get(one.name) ?? options[option]?.common;
    for (const option of ['region', 'sign'] as const) refuseRegion(one, option, given(option));
    return {
      ...one,
      stage: given('stage') ?? DEFAULT_STAGE,
      region: given('region'),
      sign: given('sign'),
    };
  });
}

/** The values of an option as they may be given again, such as `eu-west-3` or `ts=eu-west-3,python=eu-west-1`. */
export function sayPerName(values: PerName<string>): string {
  const named = [...values.named].map(([name, value]) => `${name}=${value}`);
  return [...(values.common === undefined ? [] : [values.common]), ...named].join(',');
}

function refuseRegion({ name, url }: NamedUrl, option: 'region' | 'sign', region: string | undefined): void {
  if (region === undefined) return;
  const problem = partitionProblem(region);
  if (problem !== undefined)
    throw new OptionError(`--${option} of ${name} must be ${problem}; got "${region}"`);
  const address = apiAddress(url);
  if (address?.region === undefined || address.region === region) return;
  throw new OptionError(
    `--${option} of ${name} must be ${address.region}, the region of its address; got "${region}"`,
  );
}
