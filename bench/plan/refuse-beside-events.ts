import type { Values } from '@sheep-shed/options';
import { OptionError } from '@sheep-shed/options';
import { isEventScenario } from '../results/names.ts';
import { STACK_NAMES, STACKS } from '../stacks/catalogue.ts';
import type { BENCH_OPTIONS } from './options.ts';

/**
 * Refuses what event-driven scenarios cannot be measured with.
 * @throws OptionError that names the option, the value and what is allowed.
 */
export function refuseBesideEvents(values: Values<typeof BENCH_OPTIONS>): void {
  const { scenario, url, host, stack = [], engine, herd, connections = 1 } = values;
  const given = scenario.join(',');
  const events = scenario.filter(isEventScenario).join(',');
  // Their tables are in another server than those of the other scenarios, whose figures would be others.
  if (!scenario.every(isEventScenario)) {
    throw new OptionError(
      `--scenario must name event-driven scenarios in a run of their own, such as --scenario ${events}; got "${given}"`,
    );
  }
  if (url !== undefined) {
    throw new OptionError(
      `--url must be absent for --scenario ${given}, which is measured on this machine only: buckets, queues and tables must be the run's own; got "${url.map((one) => one.url).join(',')}"`,
    );
  }
  if (host.some((one) => one !== 'lambda')) {
    throw new OptionError(
      `--host must be lambda for --scenario ${given}: the other hosts take no events of a bucket in the bench; got "${host.join(',')}"`,
    );
  }
  const without = stack.find(({ source }) => STACKS[source].takesEvents !== true);
  if (without !== undefined) {
    const those = STACK_NAMES.filter((name) => STACKS[name].takesEvents === true);
    throw new OptionError(
      `--stack must be ${those.join(' or ')} for --scenario ${given}, whose functions the others do not have; got "${without.name}"`,
    );
  }
  if (engine === 'autocannon') {
    throw new OptionError(
      `--engine must be bench for --scenario ${given}: autocannon cannot wait until something is visible; got "${engine}"`,
    );
  }
  if (scenario.includes('portrait') && herd < connections) {
    throw new OptionError(
      `--herd must be at least --connections, which is ${connections}, for --scenario portrait, a sheep for each upload under way; got "${herd}"`,
    );
  }
}
