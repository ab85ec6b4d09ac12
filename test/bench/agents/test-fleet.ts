import { setTimeout as sleep } from 'node:timers/promises';
import { createFleet, type Fleet, type FleetLoad } from '../../../bench/agents/coordinator/fleet.ts';
import type { Invoke } from '../../../bench/agents/coordinator/invoke.ts';

/** A fleet over what a test gives. */
export function fleetOver(count: number, invoke: Invoke): Fleet {
  return createFleet({
    description: { count, functionName: 'agent' },
    invoke,
    now: Date.now,
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal ? { signal } : {}),
    close: async () => undefined,
  });
}

let tattoo = 2n ** 40n;

/** A load for it: sheep over two connections, as far as a test does not say otherwise. */
export function loadOf(load: Partial<FleetLoad>): FleetLoad {
  return {
    scenario: { name: 'sheep', m: 3, n: 8, count: 0 },
    connections: 2,
    calls: undefined,
    seconds: 1,
    timeoutSeconds: 5,
    reserveTattoos: (count) => {
      tattoo += count;
      return tattoo - count;
    },
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...load,
  };
}
