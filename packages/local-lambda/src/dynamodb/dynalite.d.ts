declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** Milliseconds that a table stays in CREATING, DELETING, UPDATING. */
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }

  /** https://github.com/architect/dynalite: an HTTP server that speaks DynamoDB's protocol, in memory. */
  export default function dynalite(options?: DynaliteOptions): Server;
}
