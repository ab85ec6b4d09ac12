import { LOCAL_ACCOUNT_ID } from '../deployment-package/template.ts';

/** What people change of a sample event; each kind takes some of these. */
export interface SampleFields {
  readonly body?: string | undefined;
  readonly method?: string | undefined;
  /** Without query. */
  readonly path?: string | undefined;
  /** The route that takes the path, such as `/orders/{id}`. */
  readonly resource?: string | undefined;
  readonly header?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
  readonly queue?: string | undefined;
  readonly topic?: string | undefined;
  readonly subject?: string | undefined;
  readonly table?: string | undefined;
  readonly item?: Readonly<Record<string, unknown>> | undefined;
  readonly stream?: string | undefined;
  readonly partitionKey?: string | undefined;
  readonly rule?: string | undefined;
  readonly source?: string | undefined;
  readonly detailType?: string | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** Where and when a sample event happens. */
export interface SampleSettings {
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** A new UUID. */
  readonly newId: () => string;
}

/** ARN of a resource in the region of the sample. @param resource such as `queue-name` or `table/name`. */
export function arnOf(service: string, resource: string, { region }: SampleSettings): string {
  return `arn:aws:${service}:${region}:${LOCAL_ACCOUNT_ID}:${resource}`;
}
