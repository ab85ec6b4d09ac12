/** Which host serves which function, and which test holds it to the contract of functions. */
import { type AnyContext, FUNCTIONS, type PortableFunction } from '../../src/functions/catalogue.ts';
import { container } from '../../src/hosts/container/container.ts';
import type { HostName } from '../../src/hosts/hosts.ts';
import { poller } from '../../src/hosts/poller/poller.ts';
import { worker } from '../../src/hosts/worker/worker.ts';

/** A host as the contract knows it: those of `npm run host`, and the wrappers of Lambda. */
export type ContractHost = HostName | 'Lambda';

/** One row of {@link HOST_CONTRACTS}. */
interface HostContract {
  readonly serves: (portable: PortableFunction<AnyContext>) => boolean;
  /** Why it does not serve the others; empty: there are none. */
  readonly cannotServe: string;
  /** The tests that run the contract on it. */
  readonly files: readonly string[];
}

/** One row a host; a new one does not compile until it has a row. */
export const HOST_CONTRACTS: Readonly<Record<ContractHost, HostContract>> = {
  // A function without a route is bound to events of queues and of S3.
  Lambda: { serves: () => true, cannotServe: '', files: ['test/hosts/functions-contract.test.ts'] },
  container: {
    ...container,
    files: ['test/hosts/functions-contract.test.ts', 'test/hosts/functions-contract.queues.ts'],
  },
  poller: { ...poller, files: ['test/hosts/poller/contract.queues.ts'] },
  worker: { ...worker, files: ['test/hosts/worker/contract.rabbitmq.ts'] },
};

/** The functions that a host serves. */
export function servedBy(host: ContractHost): readonly PortableFunction<AnyContext>[] {
  return FUNCTIONS.filter(HOST_CONTRACTS[host].serves);
}
