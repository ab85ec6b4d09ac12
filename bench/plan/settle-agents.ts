import type { Values } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { isEventScenario } from '../results/names.ts';
import { apiAddress } from './api-address.ts';
import type { BENCH_OPTIONS } from './options.ts';
import { sayPerName, type Target } from './targets.ts';

/** An invocation of an agent must not outlive its function's own time-out. */
const MAX_TIMEOUT_SECONDS = 40;

/**
 * Refuses what load agents cannot do, and finds out where they are.
 * @returns their AWS region; `undefined` for local-lambda on this machine.
 * @throws OptionError that names the option, the value and what is allowed.
 */
export function agentsRegionOf(
  values: Values<typeof BENCH_OPTIONS>,
  targets: readonly Target[] | undefined,
): string | undefined {
  const { agents, agentsRegion, timeout } = values;
  if (agents === undefined) {
    if (agentsRegion === undefined) return undefined;
    throw new OptionError(`--agents-region must be absent when --agents is not given; got "${agentsRegion}"`);
  }
  refuseBesideAgents(values);
  if (timeout > MAX_TIMEOUT_SECONDS)
    throw new OptionError(
      `--timeout must be at most ${MAX_TIMEOUT_SECONDS} when --agents is given; got "${timeout}"`,
    );
  const [first] = targets ?? [];
  if (agentsRegion !== undefined || first === undefined) return agentsRegion;
  const found = first.region ?? apiAddress(first.url)?.region;
  if (found !== undefined || isHere(first.url)) return found;
  throw new OptionError(
    `--agents-region is missing: the address of ${first.name} does not tell where its agents are; got --url "${first.url}"`,
  );
}

function refuseBesideAgents(values: Values<typeof BENCH_OPTIONS>): void {
  const { agents, engine, host, scenario, sign, calls, connections } = values;
  const refuse = (what: string, got: string | number) => {
    throw new OptionError(`${what}; got "${got}"`);
  };
  if (engine !== 'bench') refuse('--engine must be bench when --agents is given', engine);
  if (host.includes('worker'))
    refuse('--host must leave out worker when --agents is given: agents speak HTTP only', host.join(','));
  if (scenario.some(isEventScenario))
    refuse('--scenario must name no event-driven scenario when --agents is given', scenario.join(','));
  if (sign !== undefined)
    refuse(
      '--sign must be absent when --agents is given: an agent has no permission that it could sign with',
      sayPerName(sign),
    );
  for (const [flag, value] of Object.entries({ '--connections': connections, '--calls': calls })) {
    if (value === undefined || value >= (agents ?? 0)) continue;
    refuse(`${flag} must be at least --agents, which is ${agents}`, value);
  }
}

function isHere(url: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
}
