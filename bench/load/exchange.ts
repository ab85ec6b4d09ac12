/** One HTTP request of a scenario. */
export interface BenchRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query below the stack's URL. */
  readonly path: string;
}

/** An answer, whole. */
export interface BenchAnswer {
  readonly status: number;
  readonly body: string;
}

/** Makes the headers of a request just before it is sent, such as a signature. */
export type HeadersOf = (request: BenchRequest) => Promise<Readonly<Record<string, string>>>;
