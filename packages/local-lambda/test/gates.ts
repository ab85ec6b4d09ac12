import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { onEnd } from './fixture-package.ts';

/** Points at which functions wait for the test, and the test for functions: an order without any clock. */
export interface Gates {
  /** Ends with a slash: a function passes the gate `x` when its request to `<url>x` is answered. */
  readonly url: string;
  /** Resolves when a function stands at the gate. */
  arrival(name: string): Promise<void>;
  hasArrived(name: string): boolean;
  /** Lets pass whoever stands at the gate, or comes next. */
  open(name: string): void;
}

interface Gate {
  readonly arrived: Promise<void>;
  readonly arrive: () => void;
  waiting: ServerResponse | undefined;
  here: boolean;
  isOpen: boolean;
}

/** Starts a server of gates that closes with the test. */
export async function startGates(t: TestContext): Promise<Gates> {
  const gates = new Map<string, Gate>();
  const gate = (name: string): Gate => {
    const known = gates.get(name);
    if (known !== undefined) return known;
    let arrive = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const made = { arrived, arrive, waiting: undefined, here: false, isOpen: false };
    gates.set(name, made);
    return made;
  };
  const server = createServer((request, response) => {
    const here = gate(request.url?.slice(1) ?? '');
    here.here = true;
    here.arrive();
    if (here.isOpen) response.end();
    else here.waiting = response;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onEnd(t, () => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrival: (name) => gate(name).arrived,
    hasArrived: (name) => gate(name).here,
    open: (name) => {
      gate(name).isOpen = true;
      gate(name).waiting?.end();
    },
  };
}
