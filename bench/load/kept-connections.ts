import type { Connect, Connection, ConnectionOptions } from './connection.ts';
import { createConnection } from './connection.ts';

/** Makes connections that outlive a load: the next load to the same place takes them over. */
export interface KeptConnections {
  readonly connect: Connect;
  /** Closes those that no load has. */
  close(): void;
}

interface Kept {
  readonly connection: Connection;
  /** Of the load that has it. */
  onConnected: (millis: number) => void;
}

/** A keeper without any connection. @param make makes new ones. */
export function keepConnections(make: Connect = createConnection): KeptConnections {
  const idle = new Map<string, Kept[]>();

  const take = (key: string, options: ConnectionOptions): Kept => {
    const known = idle.get(key)?.pop();
    if (known !== undefined) {
      known.onConnected = options.onConnected;
      return known;
    }
    const onConnected = (millis: number) => kept.onConnected(millis);
    const kept: Kept = {
      connection: make({ ...options, onConnected }),
      onConnected: options.onConnected,
    };
    return kept;
  };

  return {
    connect(options) {
      const key = `${options.base.href} ${options.timeoutSeconds}`;
      const kept = take(key, options);
      const { connection } = kept;
      let underWay = 0;
      let isGivenBack = false;
      return {
        isOpen: connection.isOpen,
        open: connection.open,
        async send(request, headers) {
          underWay++;
          try {
            return await connection.send(request, headers);
          } finally {
            underWay--;
          }
        },
        close() {
          if (isGivenBack) return;
          isGivenBack = true;
          if (underWay > 0) return connection.close();
          const beside = idle.get(key);
          if (beside === undefined) idle.set(key, [kept]);
          else beside.push(kept);
        },
      };
    },
    close() {
      for (const { connection } of [...idle.values()].flat()) connection.close();
      idle.clear();
    },
  };
}
