import type { ResolutionScope } from './intrinsics.ts';

/** What stood in for values that only AWS knows. */
export interface StandIns {
  /** The scope in which they stand in, in place of an error. */
  readonly scope: ResolutionScope;
  /** What a resolved value has of them, such as `Cluster.Endpoint.Address`. */
  readonly within: (value: string) => readonly string[];
}

/**
 * Makes a scope in which whatever only AWS knows (an attribute of a resource that is not served here, an import, a
 * parameter without value, an entry of a parameter or secret store) becomes a text that resolves to nothing:
 * `Cluster.Endpoint.Address.local-lambda.invalid`.
 */
export function withStandIns(scope: ResolutionScope): StandIns {
  const made = new Map<string, string>();
  return {
    scope: {
      ...scope,
      standIn: (what) => {
        const text = `${what.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^-+|-+$/g, '')}.local-lambda.invalid`;
        made.set(text, what);
        return text;
      },
    },
    within: (value) => [...made].filter(([text]) => value.includes(text)).map(([, what]) => what),
  };
}
