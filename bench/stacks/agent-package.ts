import type { StackInputs } from './catalogue.ts';

/** What the package of a load agent is made from. */
export const AGENT_PACKAGE: StackInputs = {
  folder: 'bench/agents',
  sources: [
    'agent',
    'protocol.ts',
    ...['load', 'scenarios', 'herd', 'results', 'statistics', 'world'].map((room) => `../${room}`),
  ],
  // The guard on cost is for AWS.
  parameters: { agents: '1000' },
};
