/** Composition root of the load agent on Lambda. */
import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { keepConnections } from '../../load/kept-connections.ts';
import { systemClock } from '../../world/clock.ts';
import { sayLine } from '../protocol.ts';
import { startOwnServer } from './own-server.ts';
import { type AgentWorld, runAgent } from './run.ts';

/** What Lambda's Node.js runtime gives to streaming handlers. */
declare const awslambda: {
  streamifyResponse(
    handler: (event: unknown, stream: Writable) => Promise<void>,
  ): (event: unknown) => Promise<void>;
};

const { connect } = keepConnections();
let own: Promise<string> | undefined;

const world: AgentWorld = {
  environment: randomUUID().slice(0, 8),
  now: Date.now,
  clock: systemClock,
  connect,
  bareServer: () => {
    own ??= startOwnServer();
    return own;
  },
  served: 0,
  connectMs: [],
};

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  await runAgent(event, world, (message) => stream.write(sayLine(message)));
  stream.end();
});
